using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Dit.Samples.Hosted;

/// <summary>What the sample itself can be told: the section <c>Sample</c>.</summary>
internal sealed class SampleOptions
{
    /// <summary>Folder with the four MNIST files.</summary>
    public string Data { get; set; } = Path.Combine(AppContext.BaseDirectory, "data");

    /// <summary>Training steps in all.</summary>
    public int Steps { get; set; } = 20_000;

    public int BatchSize { get; set; } = 128;

    /// <summary>Where the digits are served.</summary>
    public string Address { get; set; } = "http://localhost:5080/";

    public void Read(IConfiguration section)
    {
        Data = section[nameof(Data)] ?? Data;
        Address = section[nameof(Address)] ?? Address;
        Steps = int.Parse(section[nameof(Steps)] ?? $"{Steps}", CultureInfo.InvariantCulture);
        BatchSize = int.Parse(section[nameof(BatchSize)] ?? $"{BatchSize}", CultureInfo.InvariantCulture);
    }
}
