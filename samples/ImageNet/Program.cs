using System.CommandLine;
using Dit.Samples;
using Dit.Samples.ImageNet;
using Dit.Torch;

var full = new Recipe();
var small = new Option<bool>("--small") { Description = "Emoji of 64 x 64 and a small model instead: minutes on two processor cores. Sets the defaults of the other options." };
var data = new Option<string?>("--data") { Description = $"Folder with a folder of pictures for each class. Default: {full.Data}." };
var vae = new Option<string?>("--vae") { Description = $"Stable Diffusion's autoencoder, a .safetensors file or diffusers' folder. Default: {full.Vae}." };
var folder = new Option<string?>("--out") { Description = $"Folder of this run; a second start goes on with it. Default: {full.Out}." };
var init = new Option<string?>("--init") { Description = "A checkpoint to begin with: the official DiT's .pt, diffusers' folder, or one of ours." };
var model = new Option<string?>("--model") { Description = $"DiT-S/2 to DiT-XL/8. Default: {full.Model}." };
var size = new Option<int?>("--size") { Description = $"Height and width of the pictures, 256 or 512. Default: {full.Size}." };
var steps = new Option<int?>("--steps") { Description = $"Training steps in all; 0 only draws from --init. Default: {full.Steps}." };
var batch = new Option<int?>("--batch") { Description = $"Pictures in a step. Default: {full.Batch}." };
var samples = new Option<int?>("--samples") { Description = $"Pictures to draw into samples.npz. Default: {full.Samples}." };
var samplerSteps = new Option<int?>("--sampler-steps") { Description = $"DDPM steps from noise to latents. Default: {full.SamplerSteps}." };
var guidance = new Option<double?>("--guidance") { Description = $"How strongly pictures follow their classes; 1 is no guidance. Default: {full.Guidance}." };
var seed = new Option<int?>("--seed") { Description = "Fixes weights, data order and noise. Default: 0." };
var threads = new Option<int?>("--threads") { Description = "Threads of libtorch. Default: its own choice." };

var command = new RootCommand("The official DiT in latent space: encodes ImageNet once, trains with the hybrid loss and learned variance, draws an .npz for Fréchet distances.")
{
    small, data, vae, folder, init, model, size, steps, batch, samples, samplerSteps, guidance, seed, threads,
};
command.SetAction(async (arguments, cancellationToken) =>
{
    if (arguments.GetValue(threads) is { } count) Engine.Threads = count;
    var defaults = arguments.GetValue(small) ? Recipe.Small : full;
    var recipe = defaults with
    {
        Data = arguments.GetValue(data) ?? defaults.Data,
        Vae = arguments.GetValue(vae) ?? defaults.Vae,
        Out = arguments.GetValue(folder) ?? defaults.Out,
        Init = arguments.GetValue(init) ?? defaults.Init,
        Model = arguments.GetValue(model) ?? defaults.Model,
        Size = arguments.GetValue(size) ?? defaults.Size,
        Steps = arguments.GetValue(steps) ?? defaults.Steps,
        Batch = arguments.GetValue(batch) ?? defaults.Batch,
        Samples = arguments.GetValue(samples) ?? defaults.Samples,
        SamplerSteps = arguments.GetValue(samplerSteps) ?? defaults.SamplerSteps,
        Guidance = arguments.GetValue(guidance) ?? defaults.Guidance,
        Seed = arguments.GetValue(seed) ?? defaults.Seed,
    };
    await new Pipeline(recipe).RunAsync(cancellationToken);
});

return await CommandLine.RunAsync(command, args);
