using Dit.Core;
using Dit.Diffusion;
using Dit.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TorchSharp;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Dit to a host.</summary>
public static class DitServiceCollectionExtensions
{
    /// <summary>Adds model, objective and trainer, made by a section of the configuration, which is checked when the host starts.</summary>
    /// <remarks>
    /// <para>
    /// Singletons: <see cref="DitModel"/>, with weights drawn from the training's seed; <see cref="DenoisingObjective"/> and <see cref="ITrainingObjective"/>, flow
    /// matching with logit-normal times; <see cref="DitTrainer"/>, which logs to the host and tells every <see cref="ITrainingObserver"/> among the services. What
    /// the host registers before stays, such as an objective of its own.
    /// </para>
    /// <para>Nothing is built before it is asked for. Model and trainer are for one thread at a time.</para>
    /// </remarks>
    /// <param name="services">The host's services.</param>
    /// <param name="section">The section that <see cref="DitOptions"/> are read from, such as <c>Configuration.GetSection("Dit")</c>.</param>
    /// <returns>The services.</returns>
    /// <exception cref="OptionsValidationException">Thrown when the host starts, or the options are first used: the section is not valid. It says everything that is wrong.</exception>
    public static IServiceCollection AddDit(this IServiceCollection services, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        var configure = new ConfigureDitOptions(section);
        services.AddSingleton<IConfigureOptions<DitOptions>>(configure);
        services.AddSingleton<IValidateOptions<DitOptions>>(configure);
        services.AddOptions<DitOptions>().ValidateOnStart();
        services.TryAddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<DitOptions>>().Value;
            using var generator = new torch.Generator(options.Training.Seed);
            return new DitModel(options.Model, generator).to(torch.device(options.Device));
        });
        services.TryAddSingleton(_ => new DenoisingObjective(new RectifiedFlow(), Prediction.FlowVelocity, new LogitNormalTimesteps()));
        services.TryAddSingleton<ITrainingObjective>(provider => provider.GetRequiredService<DenoisingObjective>());
        services.TryAddSingleton(provider =>
        {
            var trainer = new DitTrainer(
                provider.GetRequiredService<DitModel>(), provider.GetRequiredService<ITrainingObjective>(),
                provider.GetRequiredService<IOptions<DitOptions>>().Value.Training, provider.GetService<ILoggerFactory>());
            foreach (var observer in provider.GetServices<ITrainingObserver>())
                trainer.Observers.Add(observer);
            return trainer;
        });
        return services;
    }
}
