using System.Reflection;
using Dit.Tests.Api;

namespace Dit.Usage.Tests.PublicSurface;

/// <summary>What each assembly offers is what was approved: a file for each beside this one.</summary>
/// <remarks>After a change that is meant: <c>DIT_APPROVE=1 dotnet test --filter PublicSurface</c> writes the files anew; the difference is part of the change.</remarks>
public sealed class PublicSurfaceTests
{
    private static readonly string Folder = Path.Combine(
        typeof(PublicSurfaceTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepoRoot").Value!, "tests", "Dit.Usage.Tests", "PublicSurface");

    [Theory]
    [InlineData(typeof(Core.DitModel))]
    [InlineData(typeof(Data.BatchLoader))]
    [InlineData(typeof(Diffusion.DenoisingObjective))]
    [InlineData(typeof(Hosting.DitOptions))]
    [InlineData(typeof(Torch.Engine))]
    public void The_public_surface_is_the_approved_one(Type member)
    {
        var path = Path.Combine(Folder, $"{member.Assembly.GetName().Name}.approved.txt");
        string[] surface = [.. ApiListing.Of(member.Assembly)];
        if (Environment.GetEnvironmentVariable("DIT_APPROVE") == "1") File.WriteAllText(path, string.Join('\n', surface) + "\n");
        var approved = File.ReadAllLines(path);
        Assert.True(surface.SequenceEqual(approved), $"{path} differs.\nnew:\n{string.Join('\n', surface.Except(approved))}\ngone:\n{string.Join('\n', approved.Except(surface))}");
    }
}
