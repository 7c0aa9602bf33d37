using System.Globalization;
using System.Text;

namespace Dit.Data;

/// <summary>CSV as RFC 4180 has it, with a line of names first; separated by tabs if that line has tabs and no commas.</summary>
internal sealed class CsvManifest : IManifestFormat
{
    private readonly char _separator;
    private readonly int _width;
    private readonly int _path;
    private readonly int _label = -1;
    private readonly int[] _attributes;
    private readonly string[] _attributeNames;

    public CsvManifest(ReadOnlySpan<byte> header, ManifestColumns columns, string place)
    {
        _separator = header.Contains((byte)'\t') && !header.Contains((byte)',') ? '\t' : ',';
        var names = Split(header);
        _width = names.Count;
        int Find(string name) => names.IndexOf(name) is var i and >= 0 ? i : throw new InvalidDataException(
            $"{place} has no column '{name}'. There are: {string.Join(", ", names)}. Say by ManifestColumns which to use.");
        _path = Find(columns.Path);
        if (columns.Label is not null) _label = Find(columns.Label);
        _attributeNames = [.. columns.Attributes];
        _attributes = Array.ConvertAll(_attributeNames, Find);
    }

    public int HeaderLines => 1;

    public ManifestRow Parse(ReadOnlySpan<byte> line)
    {
        var fields = Split(line);
        if (fields.Count != _width) throw new FormatException($"It has {fields.Count} fields, but the first line has {_width}.");
        var attributes = new float[_attributes.Length];
        for (var i = 0; i < attributes.Length; i++)
            if (!float.TryParse(fields[_attributes[i]], NumberStyles.Float, CultureInfo.InvariantCulture, out attributes[i]))
                throw new FormatException($"Its column '{_attributeNames[i]}' is '{fields[_attributes[i]]}', which is no number.");
        return new ManifestRow(NotEmpty(fields[_path]), _label < 0 ? null : NotEmpty(fields[_label]), attributes);
    }

    private static string? NotEmpty(string field) => field.Length == 0 ? null : field;

    private List<string> Split(ReadOnlySpan<byte> line)
    {
        var text = Encoding.UTF8.GetString(line);
        var fields = new List<string>();
        var field = new StringBuilder();
        for (var i = 0; ; i++)
        {
            field.Clear();
            if (i < text.Length && text[i] == '"')
            {
                for (i++; ; i++)
                {
                    if (i >= text.Length) throw new FormatException("A quotation mark is missing.");
                    if (text[i] != '"') field.Append(text[i]);
                    else if (i + 1 < text.Length && text[i + 1] == '"') field.Append(text[i++]);
                    else break;
                }
                i++;
            }
            else
            {
                var end = text.IndexOf(_separator, i);
                if (end < 0) end = text.Length;
                field.Append(text, i, end - i);
                i = end;
            }
            fields.Add(field.ToString());
            if (i >= text.Length) return fields;
            if (text[i] != _separator) throw new FormatException($"After the quoted field '{field}' comes '{text[i]}' instead of a separator.");
        }
    }
}
