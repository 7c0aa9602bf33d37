using Dit.Core;
using Dit.Data;
using Dit.Diffusion;
using Dit.Torch;
using Microsoft.Extensions.Logging;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Usage.Tests;

/// <summary>The programs of docs/. What stands between two markers is there to the letter; see <see cref="ReadmeTests"/>.</summary>
internal static class DocsPrograms
{
    internal static void Look()
    {
        // docs: look
        var images = new ImageFolder("photos");                                  // a folder per class; FolderLayout.Flat for images without classes
        var report = DatasetCheck.Run(images);
        Console.WriteLine(report);                                               // sizes, classes, what cannot be read, duplicates
        report.SaveContactSheet("photos.png");
        // docs: end
    }

    internal static async Task TrainOnPhotos(CancellationToken cancellationToken)
    {
        // docs: photos
        var images = new ImageFolder("photos");
        await using var data = new BatchLoader(images, batchSize: 16, seed: 0) { Crop = new CenterCrop(64), HorizontalFlip = true };

        using var model = new DitModel(DitConfig.S(patchSize: 8) with { ImageSize = 64, Channels = 3, Classes = images.ClassNames.Count });
        var objective = new DenoisingObjective(new RectifiedFlow(), Prediction.FlowVelocity, new LogitNormalTimesteps());
        using var trainer = new DitTrainer(model, objective, new DitTrainerOptions
        {
            CheckpointDirectory = "runs/photos", WarmupSteps = 500, Averages = [new WarmupEma()],
        });
        using var observer = new RunObserver("runs/photos");                     // report.html and TensorBoard's curves
        trainer.Observers.Add(observer);
        ClassList.Save("runs/photos/classes.json", images.ClassNames);           // what the labels mean, also after a folder is added
        await trainer.FitAsync(data, TrainingLength.Epochs(2), cancellationToken);
        // docs: end
    }

    internal static async Task FindLearningRate(DitModel model, DenoisingObjective objective, BatchLoader data)
    {
        // docs: learning-rate
        var curve = await new LearningRateRangeTest { From = 1e-6, To = 1e-2, Steps = 20 }.RunAsync(model, objective, data);
        curve.Save("learning-rate.svg");
        Console.WriteLine($"Try {curve.Suggestion:G2}.");
        // docs: end
    }

    internal static async Task Monitor(DitTrainer trainer, DitModel model, DenoisingObjective objective, DitTrainerOptions options, BatchLoader data, Tensor noise, Tensor labels,
        ILoggerFactory loggerFactory, CancellationToken cancellationToken)
    {
        // docs: run-observer
        using var run = new RunObserver("runs/photos", new RunInfo { Model = model.Config, Training = options });
        trainer.Observers.Add(run);                                              // report.html, metrics.jsonl, events.out.tfevents.*, .NET's metrics
        trainer.Observers.Add(new ProgressObserver(Console.Out));                // a line every 10 seconds
        // docs: end

        // docs: losses
        using var byTime = new LossByTimeObserver(every: 100, objective, bins: 10, run);
        trainer.Observers.Add(byTime);                                           // loss_by_time/0.0-0.1 (nearly data) to 0.9-1.0 (nearly noise)

        var (_, heldOut) = new ImageFolder("photos").Split(validation: 0.1, seed: 0);          // the training loads the other part
        await using var unseen = new BatchLoader(heldOut, batchSize: 16, seed: 0) { Crop = new CenterCrop(64), DropLast = false, DisposeBatches = false };
        var loss = new HeldOutLoss(objective, await unseen.ToListAsync(cancellationToken));    // always the same images, times and noise
        trainer.Observers.Add(new HeldOutObserver(every: 500, loss, [("raw", model), ("ema", trainer.EmaModel)], run, trainer.Metrics));
        // docs: end

        // docs: pictures
        var grids = new SampleGrids(objective, new DpmSolver(steps: 20), noise, labels) { Models = [("raw", model), ("ema", trainer.EmaModel)], GuidanceScales = [1, 4] };
        trainer.Observers.Add(new SampleObserver(every: 500, grids.Draw, [run, new AnimationLog("runs/photos")], cancellationToken));
        trainer.Observers.Add(new HistogramObserver(every: 500, _ => [("last layer", model.get_parameter("final_layer.linear.weight")!)], run));
        // docs: end

        // docs: mlflow
        using var server = new HttpClient { BaseAddress = new Uri("http://localhost:5000/") };
        using var mlflow = new MlflowObserver(server, new MlflowOptions { Experiment = "photos", RunIdFile = "runs/photos/mlflow-run", LastWait = TimeSpan.FromSeconds(2) }, loggerFactory: loggerFactory);
        trainer.Observers.Add(mlflow);
        // docs: end
        await trainer.FitAsync(data, steps: 2, cancellationToken);
    }

    internal static async Task TrainOnBuckets(CancellationToken cancellationToken)
    {
        // docs: buckets
        var images  = new ImageFolder("photos");
        var buckets = AspectBuckets.Of(area: 64 * 64, multiple: 16);             // sides that the patches divide, from upright to wide
        await using var data = new BatchLoader(images, batchSize: 4, seed: 0) { Crop = buckets, Buckets = buckets.Assign(images, cancellationToken: cancellationToken) };

        using var model = new DitModel(DitConfig.S(patchSize: 8) with { ImageSize = 64, Channels = 3, Classes = images.ClassNames.Count, VariableSize = true });
        using var trainer = new DitTrainer(model, new DenoisingObjective(new RectifiedFlow(), Prediction.FlowVelocity, new LogitNormalTimesteps()));
        await trainer.FitAsync(data, TrainingLength.Epochs(1), cancellationToken);
        // docs: end
    }

    internal static async Task TrainOnLatents(CancellationToken cancellationToken)
    {
        // docs: cache-latents
        using var vae = AutoencoderKL.Load("sd-vae-ft-ema");
        var options = new LatentCacheOptions { Crop = new CenterCrop(64) };      // 256 for the published models
        await LatentCache.BuildAsync(new ImageFolder("photos"), vae, "latents", options, cancellationToken: cancellationToken);

        using var latents = new LatentCache("latents");
        await using var data = new BatchLoader(latents, batchSize: 16, seed: 0);
        // docs: end
        await foreach (var batch in data.WithCancellation(cancellationToken)) Assert.Equal([4L, 8, 8], batch.Images.shape[1..]);
    }

    internal static void Sample(DitModel model, DenoisingObjective objective)
    {
        // docs: guidance
        using var labels = arange(4);
        var denoiser = objective.Denoiser(model, labels).Guided(new GuidanceOptions { Scale = 2.5, Interval = (0, 0.7) });
        using var images = new DpmSolver(steps: 20).Sample(denoiser, randn(4, 1, 28, 28));
        // docs: end
    }

    internal static void Seeds(Denoiser denoiser)
    {
        // docs: seeds
        var noise = new SeededNoise(7, 8, 9);                                    // a seed for each image, whatever the batch
        using var images = new DdpmSampler(steps: 50) { Noise = noise }.Sample(denoiser, noise.Initial(1, 28, 28));
        // docs: end
    }

    internal static void Convert(string checkpoint)
    {
        // docs: convert
        using var model = DitModel.Load(checkpoint);
        Console.WriteLine(model.Origin);                                         // which file, whose names, which of its weights
        ModelExport.ToOfficial(model, "official.safetensors");                   // for load_state_dict of facebookresearch/DiT
        ModelExport.ToDiffusers(model, "diffusers");                             // a folder for diffusers' DiTTransformer2DModel
        // docs: end
    }

    internal static void Memory(DitModel model)
    {
        // docs: memory
        var cost = DitConfig.XL(patchSize: 2).Describe(batchSize: 8);            // nothing is allocated
        Console.WriteLine(cost);
        Console.WriteLine(cost.TrainingMemory(Precision.BFloat16, activationCheckpointing: true).Peak);

        model.ActivationCheckpointing = true;                                    // blocks are computed again in the backward pass
        var options = new DitTrainerOptions { AccumulationSteps = 4 };           // a batch in four parts, the same step
        // docs: end
        Assert.Equal(4, options.Validate().AccumulationSteps);
    }

    internal static void Graph(DitModel model, DenoisingObjective objective, IEnumerable<Batch> batches)
    {
        // docs: graph
        using var images = zeros(64, 4, 32, 32, device: CUDA);                   // the graph reads these tensors: write every batch into them
        using var labels = zeros(64, ScalarType.Int64, device: CUDA);
        using var optimizer = optim.AdamW(model.parameters(), lr: 1e-4);
        using var graph = CudaGraph.Capture(() =>                                // three steps to warm up, then one that is only recorded
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            Tensor loss;
            using (Autocast.Enter(DeviceType.CUDA)) loss = objective.Loss(model, images, labels);
            loss.backward();
            FusedOps.ClipGradNorm([.. model.parameters().Select(p => p.grad)], 1.0);
            optimizer.step();
        });
        foreach (var batch in batches)
        {
            images.copy_(batch.Images);
            labels.copy_(batch.Labels!);
            graph.Replay();
        }
        // docs: end
    }

    internal static void GraphedSampling(DitModel model, DenoisingObjective objective, Tensor labels, Tensor noise)
    {
        // docs: graphed-sampling
        using var graphed = new GraphedNetwork(model);                           // model.eval() before; weights in bfloat16 spare each replay the casts
        var denoiser = objective.Denoiser(graphed, labels, nullClass: model.Config.Classes).Guided(scale: 4.0);
        using var z = new DpmSolver(steps: 20).Sample(denoiser, noise);
        // docs: end
    }

    internal static void Device(DitModel model)
    {
        // docs: device
        Console.WriteLine(Engine.Describe());                                    // libtorch, BLAS, instruction set, threads, CUDA
        model.to(Engine.Supports(Feature.Cuda) ? CUDA : CPU);
        // docs: end
    }

    internal static void Unconditional()
    {
        // docs: shapes
        var unconditional = DitConfig.S(patchSize: 4) with { ImageSize = 64, Channels = 3, Classes = 0 };
        var landscape     = DitConfig.S(patchSize: 4) with { ImageSize = (48, 64), Channels = 3, Classes = 10 };
        // docs: end
        unconditional.Validate();
        Assert.Equal(12 * 16, landscape.Validate().Tokens);
    }

    internal static DitTrainerOptions Robust()
    {
        // docs: robust
        var config  = DitConfig.B(patchSize: 2) with { QueryKeyNorm = NormType.RmsNorm };
        var options = new DitTrainerOptions { MaxGradientNorm = 1.0, MaxSkippedSteps = 3, WarmupSteps = 1_000, KeepEvery = 50_000 };
        // docs: end
        config.Validate();
        return options;
    }
}

// docs: observer
internal sealed class StopAt(double loss, CancellationTokenSource stop) : ITrainingObserver
{
    public void OnStep(TrainingProgress progress)
    {
        if (progress.Loss < loss) stop.Cancel();                                 // the trainer writes a checkpoint and ends
    }
}
// docs: end

// docs: schedule
internal sealed class QuadraticPath : INoiseSchedule                             // x_t = (1 - t^2) x_0 + t^2 eps
{
    public double Alpha(double t) => 1 - t * t;

    public double Sigma(double t) => t * t;

    public double AlphaDerivative(double t) => -2 * t;

    public double SigmaDerivative(double t) => 2 * t;

    public double TimeFromLogSnr(double logSnr) => Math.Sqrt(1 / (1 + Math.Exp(logSnr / 2)));
}
// docs: end
