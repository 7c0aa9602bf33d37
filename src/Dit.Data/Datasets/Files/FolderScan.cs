using System.Text;

namespace Dit.Data;

/// <summary>Finds the image files below a folder, in natural order, files before folders; what cannot be looked into is noted.</summary>
internal sealed class FolderScan(PathTable files, List<DatasetProblem> problems)
{
    public const string Extensions = ".png, .jpg, .jpeg, .webp, .gif, .bmp, .tif, .tiff, .avif";

    private static readonly HashSet<string> Known = new(Extensions.Split(", "), StringComparer.OrdinalIgnoreCase);

    private readonly HashSet<string> _above = [];       // the folders we are in, so that no link leads round and round

    /// <summary>Adds the images in a folder and below it.</summary>
    /// <returns>The number of images.</returns>
    public int Add(string folder)
    {
        var real = new DirectoryInfo(folder).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path.GetFullPath(folder);
        if (!_above.Add(real))
        {
            problems.Add(new DatasetProblem(folder, $"The link leads back to '{real}', which it is in; it was not followed."));
            return 0;
        }
        var (folders, images) = List(folder);
        files.Enter(folder);
        foreach (var image in images) files.Add(image);
        var count = images.Count + folders.Sum(f => Add(f.FullName));
        _above.Remove(real);
        return count;
    }

    /// <summary>The folders in a folder and the names of the images in it, each in natural order. Names that begin with a dot are left out.</summary>
    public (List<DirectoryInfo> Folders, List<string> Images) List(string folder)
    {
        var (folders, images) = (new List<DirectoryInfo>(), new List<string>());
        try
        {
            foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
            {
                if (entry.Name.StartsWith('.')) continue;
                if (entry is DirectoryInfo inner) folders.Add(inner);
                else if (Known.Contains(entry.Extension)) images.Add(entry.Name);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new DatasetProblem(folder, $"The folder cannot be read; what it holds was left out. {e.Message}"));
        }
        folders.Sort(static (a, b) => NaturalOrder.Instance.Compare(a.Name, b.Name));
        images.Sort(NaturalOrder.Instance);
        NoteTwins(folder, images.Concat(folders.Select(f => f.Name)));
        return (folders, images);
    }

    /// <summary>Names that other file systems, or other spellings of Unicode, take for one.</summary>
    private void NoteTwins(string folder, IEnumerable<string> names)
    {
        foreach (var twins in names.GroupBy(n => n.Normalize(NormalizationForm.FormC), StringComparer.OrdinalIgnoreCase).Where(g => g.Skip(1).Any()))
            problems.Add(new DatasetProblem(folder,
                $"{string.Join(" and ", twins.Select(t => $"'{t}'"))} differ only in case or in their spelling in Unicode; all were kept."));
    }
}
