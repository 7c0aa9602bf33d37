using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Optimizers and schedules of their learning rates.</summary>
    public static partial class optim
    {
        /// <summary>Stochastic gradient descent.</summary>
        /// <param name="parameters">What to train.</param>
        /// <param name="learningRate">The size of a step.</param>
        /// <param name="momentum">How much of the last step is kept.</param>
        /// <param name="dampening">How much of the gradient is not taken into the momentum.</param>
        /// <param name="weight_decay">The strength of the L2 penalty.</param>
        /// <param name="nesterov">Whether the gradient is looked up ahead.</param>
        /// <param name="maximize">Whether to climb.</param>
        public static SGD SGD(IEnumerable<Parameter> parameters, double learningRate, double momentum = 0.0, double dampening = 0.0, double weight_decay = 0.0,
            bool nesterov = false, bool maximize = false) =>
            new(parameters, learningRate, momentum, dampening, weight_decay, nesterov, maximize);

        /// <summary>Stochastic gradient descent.</summary>
        /// <param name="parameters">What to train, by name.</param>
        /// <param name="learningRate">The size of a step.</param>
        /// <param name="momentum">How much of the last step is kept.</param>
        /// <param name="dampening">How much of the gradient is not taken into the momentum.</param>
        /// <param name="weight_decay">The strength of the L2 penalty.</param>
        /// <param name="nesterov">Whether the gradient is looked up ahead.</param>
        /// <param name="maximize">Whether to climb.</param>
        public static SGD SGD(IEnumerable<(string name, Parameter parameter)> parameters, double learningRate, double momentum = 0.0, double dampening = 0.0,
            double weight_decay = 0.0, bool nesterov = false, bool maximize = false) =>
            new(Unnamed(parameters), learningRate, momentum, dampening, weight_decay, nesterov, maximize);

        /// <summary>Stochastic gradient descent.</summary>
        /// <param name="parameters">Groups of what to train, each with its own options.</param>
        /// <param name="learningRate">The size of a step.</param>
        /// <param name="momentum">How much of the last step is kept.</param>
        /// <param name="dampening">How much of the gradient is not taken into the momentum.</param>
        /// <param name="weight_decay">The strength of the L2 penalty.</param>
        /// <param name="nesterov">Whether the gradient is looked up ahead.</param>
        /// <param name="maximize">Whether to climb.</param>
        public static SGD SGD(IEnumerable<SGD.ParamGroup> parameters, double learningRate, double momentum = 0.0, double dampening = 0.0,
            double weight_decay = 0.0, bool nesterov = false, bool maximize = false) =>
            new(parameters, learningRate, momentum, dampening, weight_decay, nesterov, maximize);

        /// <summary>Adam (Kingma and Ba 2015).</summary>
        /// <param name="parameters">What to train.</param>
        /// <param name="lr">The size of a step.</param>
        /// <param name="beta1">How slowly the mean of the gradients moves.</param>
        /// <param name="beta2">How slowly the mean of their squares moves.</param>
        /// <param name="eps">Added to the root of that mean.</param>
        /// <param name="weight_decay">The strength of the L2 penalty.</param>
        /// <param name="amsgrad">Whether the greatest mean of squares so far is used.</param>
        /// <param name="maximize">Whether to climb.</param>
        public static Adam Adam(IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
            double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
            new(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);

        /// <summary>Adam (Kingma and Ba 2015).</summary>
        /// <param name="parameters">What to train, by name.</param>
        /// <param name="lr">The size of a step.</param>
        /// <param name="beta1">How slowly the mean of the gradients moves.</param>
        /// <param name="beta2">How slowly the mean of their squares moves.</param>
        /// <param name="eps">Added to the root of that mean.</param>
        /// <param name="weight_decay">The strength of the L2 penalty.</param>
        /// <param name="amsgrad">Whether the greatest mean of squares so far is used.</param>
        /// <param name="maximize">Whether to climb.</param>
        public static Adam Adam(IEnumerable<(string name, Parameter parameter)> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999,
            double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
            new(Unnamed(parameters), lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);

        /// <summary>Adam (Kingma and Ba 2015).</summary>
        /// <param name="parameters">Groups of what to train, each with its own options.</param>
        /// <param name="lr">The size of a step.</param>
        /// <param name="beta1">How slowly the mean of the gradients moves.</param>
        /// <param name="beta2">How slowly the mean of their squares moves.</param>
        /// <param name="eps">Added to the root of that mean.</param>
        /// <param name="weight_decay">The strength of the L2 penalty.</param>
        /// <param name="amsgrad">Whether the greatest mean of squares so far is used.</param>
        /// <param name="maximize">Whether to climb.</param>
        public static Adam Adam(IEnumerable<Adam.ParamGroup> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
            double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
            new(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);

        /// <summary>Adam with weight decay apart from the gradient (Loshchilov and Hutter 2019).</summary>
        /// <param name="parameters">What to train.</param>
        /// <param name="lr">The size of a step.</param>
        /// <param name="beta1">How slowly the mean of the gradients moves.</param>
        /// <param name="beta2">How slowly the mean of their squares moves.</param>
        /// <param name="eps">Added to the root of that mean.</param>
        /// <param name="weight_decay">The share of each parameter, times the learning rate, that a step takes away.</param>
        /// <param name="amsgrad">Whether the greatest mean of squares so far is used.</param>
        /// <param name="maximize">Whether to climb.</param>
        public static AdamW AdamW(IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
            double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
            new(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);

        /// <summary>Adam with weight decay apart from the gradient (Loshchilov and Hutter 2019).</summary>
        /// <param name="parameters">What to train, by name.</param>
        /// <param name="lr">The size of a step.</param>
        /// <param name="beta1">How slowly the mean of the gradients moves.</param>
        /// <param name="beta2">How slowly the mean of their squares moves.</param>
        /// <param name="eps">Added to the root of that mean.</param>
        /// <param name="weight_decay">The share of each parameter, times the learning rate, that a step takes away.</param>
        /// <param name="amsgrad">Whether the greatest mean of squares so far is used.</param>
        /// <param name="maximize">Whether to climb.</param>
        public static AdamW AdamW(IEnumerable<(string name, Parameter parameter)> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999,
            double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
            new(Unnamed(parameters), lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);

        /// <summary>Adam with weight decay apart from the gradient (Loshchilov and Hutter 2019).</summary>
        /// <param name="parameters">Groups of what to train, each with its own options.</param>
        /// <param name="lr">The size of a step.</param>
        /// <param name="beta1">How slowly the mean of the gradients moves.</param>
        /// <param name="beta2">How slowly the mean of their squares moves.</param>
        /// <param name="eps">Added to the root of that mean.</param>
        /// <param name="weight_decay">The share of each parameter, times the learning rate, that a step takes away.</param>
        /// <param name="amsgrad">Whether the greatest mean of squares so far is used.</param>
        /// <param name="maximize">Whether to climb.</param>
        public static AdamW AdamW(IEnumerable<AdamW.ParamGroup> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
            double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
            new(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);

        private static IEnumerable<Parameter> Unnamed(IEnumerable<(string name, Parameter parameter)> parameters)
        {
            ArgumentNullException.ThrowIfNull(parameters);
            return parameters.Select(p => p.parameter);
        }
    }
}
