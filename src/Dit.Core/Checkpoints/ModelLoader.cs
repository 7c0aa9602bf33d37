using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>Makes a model of a file of weights: whose they are, what model they are for, and what goes where.</summary>
internal static class ModelLoader
{
    public static DitModel Load(string path, Func<DitConfig, DitConfig>? configure)
    {
        using var file = TensorFile.Open(path);
        var weights = WeightSet.Of(file);
        WeightLayout layout = new OfficialLayout();
        if (ModuleState.Config(file) is not { } config)
        {
            layout = WeightLayout.Of(weights);
            var doubts = new List<string>();
            config = layout.Infer(weights, doubts);
            if (doubts.Count > 0 && configure is null)
            {
                throw new CheckpointException($"'{path}' does not tell everything about the model. Say it with DitModel.Load(path, config => config with {{ ... }}): "
                    + $"{string.Join("; ", doubts)}.");
            }
        }
        config = Configured(path, config, configure);
        var model = DitModel.Unfilled(config);
        try
        {
            Fill(model, weights, layout);
            model.Origin = $"'{path}', {layout.Name} layout{(weights.Group.Length > 0 ? $", weights '{weights.Group}'" : "")}";
            model.eval();
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static DitConfig Configured(string path, DitConfig config, Func<DitConfig, DitConfig>? configure)
    {
        if (configure is not null)
            return configure(config).Validate();
        try
        {
            return config.Validate();
        }
        catch (ArgumentException e)
        {
            throw new CheckpointException($"'{path}' has weights of impossible shapes: {e.Message}", e);
        }
    }

    private static void Fill(DitModel model, WeightSet weights, WeightLayout layout)
    {
        var map = layout.Map(model.Config);
        var recipes = model.state_dict().ToDictionary(t => t.Key, t => map.Find(t.Key));
        var report = new KeyReport(weights.Path);
        foreach (var (name, recipe) in recipes)
        {
            if (!(layout.IsComputed(name) && !weights.Has(recipe.Sources[0])))
                report.Missing.AddRange(recipe.Sources.Where(source => !weights.Has(source)));
        }
        var used = recipes.Values.SelectMany(r => r.Sources).ToHashSet();
        report.Unexpected.AddRange(weights.Names.Where(name => !used.Contains(name) && !layout.IsSuperfluous(name)));

        using var guard = no_grad();
        var targets = model.state_dict();
        foreach (var (name, recipe) in recipes.Where(r => r.Value.Combine is null && weights.Has(r.Value.Sources[0])))
            report.Compare(name, weights.Shape(recipe.Sources[0]), targets[name]);
        report.ThrowIfAny();
        foreach (var (name, recipe) in recipes)
            Fill(name, targets[name], recipe, weights, report);
        report.ThrowIfAny();
    }

    private static void Fill(string name, Tensor target, Recipe recipe, WeightSet weights, KeyReport report)
    {
        if (!weights.Has(recipe.Sources[0]))
            return;                                                                   // computed
        if (recipe.Combine is null)
        {
            weights.ReadInto(recipe.Sources[0], target);
            return;
        }
        using var scope = NewDisposeScope();
        try
        {
            var made = recipe.Combine([.. recipe.Sources.Select(weights.Read)]);
            if (report.Compare(name, made.shape, target))
                target.copy_(made);
        }
        catch (Exception e) when (e is System.Runtime.InteropServices.ExternalException or ArgumentException)
        {
            throw new CheckpointException($"'{weights.Path}' does not fit: {string.Join(", ", recipe.Sources)} make no '{name}': {e.Message}", e);
        }
    }
}
