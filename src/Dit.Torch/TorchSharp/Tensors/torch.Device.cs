namespace TorchSharp;

public static partial class torch
{
    /// <summary>A device and, where there are several of its kind, its index.</summary>
    public class Device
    {
        /// <summary>A device by kind and index (-1: the current one).</summary>
        /// <exception cref="ArgumentOutOfRangeException">The index is below -1.</exception>
        public Device(DeviceType deviceType, int index = -1)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(index, -1);
            type = deviceType;
            this.index = index;
        }

        /// <summary>A CUDA device by index.</summary>
        public Device(int index) : this(DeviceType.CUDA, index) { }

        /// <summary>A device by the name of its kind ("cpu", "cuda", "meta") and index.</summary>
        public Device(string deviceType, int index = -1) : this(ParseType(deviceType), index) { }

        /// <summary>A device by its description: "cpu", "cuda", "cuda:1", "meta".</summary>
        /// <exception cref="ArgumentException">The description names no device.</exception>
        public Device(string description)
        {
            ArgumentNullException.ThrowIfNull(description);
            var colon = description.IndexOf(':', StringComparison.Ordinal);
            type = ParseType(colon < 0 ? description : description[..colon]);
            index = -1;
            if (colon >= 0 && (!int.TryParse(description.AsSpan(colon + 1), out var parsed) || parsed < 0))
                throw new ArgumentException($"'{description}' is not a device: the index after ':' must be a whole number from 0.", nameof(description));
            else if (colon >= 0) index = int.Parse(description.AsSpan(colon + 1), provider: System.Globalization.CultureInfo.InvariantCulture);
        }

        /// <summary>The kind of device.</summary>
        public DeviceType type { get; }

        /// <summary>The index among devices of its kind; -1 is the current one.</summary>
        public int index { get; }

        /// <inheritdoc/>
        public override string ToString()
        {
            var name = type switch { DeviceType.CPU => "cpu", DeviceType.CUDA => "cuda", _ => "meta" };
            return index < 0 ? name : $"{name}:{index}";
        }

        /// <summary>A device by its description.</summary>
        public static implicit operator Device(string description) => new(description);

        // Two descriptions of one device are equal, but TorchSharp's Device is not IEquatable: internal.
        internal bool Same(Device other) => type == other.type && Math.Max(index, 0) == Math.Max(other.index, 0);

        /// <summary>The device as one integer for the C ABI.</summary>
        internal long Packed => ((long)type << 8) | (uint)(index + 1);

        private static DeviceType ParseType(string name) => name switch
        {
            "cpu" or "CPU" => DeviceType.CPU,
            "cuda" or "CUDA" => DeviceType.CUDA,
            "meta" or "META" => DeviceType.META,
            _ => throw new ArgumentException($"'{name}' is not a device. Use \"cpu\", \"cuda\", \"cuda:1\" or \"meta\".", nameof(name)),
        };
    }

    /// <summary>The processor.</summary>
    public static readonly Device CPU = new(DeviceType.CPU);

    /// <summary>The current CUDA device.</summary>
    public static Device CUDA { get; } = new(DeviceType.CUDA);

    /// <summary>The device of shapes without memory.</summary>
    public static readonly Device META = new(DeviceType.META);

    /// <summary>Where tensors are made that name no device: the processor.</summary>
    public static Device get_default_device() => CPU;

    /// <summary>A device by its description: "cpu", "cuda", "cuda:1", "meta".</summary>
    public static Device device(string description) => new(description);

    /// <summary>A device by kind and index.</summary>
    public static Device device(DeviceType deviceType, int index = -1) => new(deviceType, index);

    /// <summary>A device by the name of its kind and index.</summary>
    public static Device device(string deviceType, int index = -1) => new(deviceType, index);

    /// <summary>A CUDA device by index.</summary>
    public static Device device(int index) => new(index);
}
