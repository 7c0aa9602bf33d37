namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        /// <summary>What a learning-rate schedule changes.</summary>
        public interface ILearningRateController
        {
            /// <summary>The learning rate now.</summary>
            double LearningRate { get; set; }

            /// <summary>The learning rate at first.</summary>
            double InitialLearningRate { get; set; }
        }

        /// <summary>What has a momentum.</summary>
        public interface IMomentum
        {
            /// <summary>How much of the last step is kept.</summary>
            double Momentum { get; set; }
        }

        /// <summary>What has two means of gradients.</summary>
        public interface IBetas
        {
            /// <summary>How slowly the mean of the gradients and the mean of their squares move.</summary>
            (double, double) Betas { get; set; }
        }
    }
}
