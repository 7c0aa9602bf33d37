using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dit.Benchmarks;

/// <summary>The results as they are kept: see `benchmarks/README.md` for the fields.</summary>
internal sealed class Report(JsonObject machine, JsonNode? dit, JsonNode? pytorch)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly JsonArray _operators = [];
    private readonly JsonArray _results = [];
    private readonly JsonObject _ceilings = [];

    public void AddCeiling(string precision, double gigaflops) => _ceilings[precision] = Rounded(gigaflops);

    public void AddOperator(string name, double ditNanoseconds, double peerNanoseconds) => _operators.Add(new JsonObject
    {
        ["operator"] = name,
        ["dit_ns"] = Rounded(ditNanoseconds),
        ["peer"] = "pytorch",
        ["peer_ns"] = Rounded(peerNanoseconds),
        ["ratio"] = Rounded(peerNanoseconds / ditNanoseconds),
    });

    public void Add(Measurement m, double ceiling) => _results.Add(new JsonObject
    {
        ["workload"] = m.Cell.Workload.Key,
        ["batch"] = m.Cell.Workload.Batch,
        ["precision"] = m.Cell.PrecisionKey,
        ["mode"] = m.Cell.ModeKey,
        ["dit_images_per_s"] = Rounded(m.DitImagesPerSecond),
        ["peer"] = "pytorch",
        ["peer_images_per_s"] = Rounded(m.PeerImagesPerSecond),
        ["ratio"] = Rounded(m.Ratio),
        ["ratio_quartiles"] = new JsonArray(Rounded(Comparison.Quantile(m.Ratios, 0.25)), Rounded(Comparison.Quantile(m.Ratios, 0.75))),
        ["rounds"] = m.Ratios.Count,
        ["dit_peak_mb"] = Rounded(m.DitPeak),
        ["peer_peak_mb"] = Rounded(m.PeerPeak),
        ["share_of_ceiling"] = Rounded(m.ShareOf(ceiling)),
    });

    public void Write(string path)
    {
        var report = new JsonObject
        {
            ["date"] = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["machine"] = machine,
            ["versions"] = new JsonObject { ["dit"] = dit, ["pytorch"] = pytorch },
            ["ceilings_gflops"] = _ceilings,
            ["operators"] = _operators,
            ["results"] = _results,
        };
        File.WriteAllText(path, report.ToJsonString(Indented) + "\n");
    }

    /// <summary>Four significant digits are all that these figures carry.</summary>
    private static JsonValue Rounded(double value) => JsonValue.Create(double.Parse(value.ToString("G4", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
}
