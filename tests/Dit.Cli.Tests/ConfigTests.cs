using System.Reflection;
using System.Text.Json.Nodes;

namespace Dit.Cli.Tests;

public sealed class ConfigTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// The file is what editors check configurations with. After a change of the types: DIT_APPROVE=1 dotnet test writes it anew.
    [Fact]
    public void The_schema_is_that_of_the_types()
    {
        var root = typeof(ConfigTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepoRoot").Value!;
        var path = Path.Combine(root, "tools", "Dit.Cli", "dit.schema.json");
        if (Environment.GetEnvironmentVariable("DIT_APPROVE") == "1") File.WriteAllText(path, ConfigSchema.Create());
        Assert.Equal(ConfigSchema.Create(), File.ReadAllText(path));
    }

    [Fact]
    public void The_schema_knows_every_value_of_a_saved_configuration()
    {
        var schema = (JsonObject)JsonNode.Parse(ConfigSchema.Create())!;
        var config = new RunConfig();
        Compare(ConfigJson.Of(config with { Model = ConfigJson.Of(config.ModelFor(3, 32, 10)) }), schema, "");

        static void Compare(JsonObject value, JsonObject schema, string path)
        {
            Assert.False((bool)schema["additionalProperties"]!);
            foreach (var (name, inner) in value)
            {
                var known = schema["properties"]![name];
                Assert.True(known is not null, $"{path}.{name}");
                if (inner is JsonObject section) Compare(section, (JsonObject)known!, $"{path}.{name}");
            }
        }
    }

    [Fact]
    public void Options_count_more_than_the_file_and_the_file_more_than_defaults()
    {
        File.WriteAllText(_folder["c.json"], """
            {
              // a comment, and a comma too many
              "data": { "path": "images", "size": 32 }, "model": { "preset": "DiT-B/2", "depth": 3 }, "training": { "batch": 5 },
            }
            """);
        var config = RunConfig.Read(_folder["c.json"], new JsonObject { ["data"] = new JsonObject { ["size"] = 48 } });
        Assert.Equal((_folder["images"], 48, 5, 1e-4), (config.Data.Path, config.Data.Size, config.Training.Batch, config.Training.LearningRate));
        var model = config.ModelFor(channels: 1, size: 48, classes: 7);
        Assert.Equal((768, 3, 2, 7, 1), (model.Width, model.Depth, model.PatchSize, model.Classes, model.Channels));
    }

    [Fact]
    public void Another_preset_is_another_model()
    {
        new RunConfig { Model = ConfigJson.Of(new RunConfig().ModelFor(3, 32, 10)) }.Save(_folder["c.json"]);
        var config = RunConfig.Read(_folder["c.json"], new JsonObject { ["model"] = new JsonObject { ["preset"] = "DiT-L/8" } });
        Assert.Equal((1024, 8), (config.ModelFor(3, 32, 10).Width, config.ModelFor(3, 32, 10).PatchSize));
    }

    [Theory]
    [InlineData("[]", "no JSON object")]
    [InlineData("{ \"data\": ", "no JSON")]
    [InlineData("{ \"trainig\": {} }", "trainig")]
    [InlineData("{ \"training\": { \"steps\": \"many\" } }", "training.steps")]
    [InlineData("{ \"objective\": \"Magic\" }", "objective")]
    public void A_configuration_that_is_wrong_says_where(string json, string expected)
    {
        File.WriteAllText(_folder["c.json"], json);
        var error = Assert.Throws<UsageException>(() => RunConfig.Read(_folder["c.json"]));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_is_wrong_says_where()
    {
        Assert.Contains("widht", Assert.Throws<UsageException>(() => new RunConfig { Model = new() { ["widht"] = 3 } }.ModelFor(3, 32, 0)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new RunConfig { Model = new() { ["heads"] = 5 } }.ModelFor(3, 32, 0));
    }

    public void Dispose() => _folder.Dispose();
}
