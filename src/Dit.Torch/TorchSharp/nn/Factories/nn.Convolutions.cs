using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>A convolution of [B, C, L].</summary>
        /// <param name="in_channels">Channels of the input.</param>
        /// <param name="out_channels">Channels of the result.</param>
        /// <param name="kernel_size">The kernel's size.</param>
        /// <param name="stride">The steps.</param>
        /// <param name="padding">The margins.</param>
        /// <param name="dilation">The distances between the kernel's points.</param>
        /// <param name="padding_mode">What the margins hold.</param>
        /// <param name="groups">The number of independent groups of channels.</param>
        /// <param name="bias">Whether there is a bias.</param>
        /// <param name="device">Where the parameters live; torch's default if null.</param>
        /// <param name="dtype">Their type; torch's default if null.</param>
        public static Conv1d Conv1d(long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long dilation = 1,
            PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
            new(in_channels, out_channels, [kernel_size], [stride], [padding], null, [dilation], padding_mode, groups, bias, device, dtype);

        /// <summary>A convolution of [B, C, L].</summary>
        /// <param name="in_channels">Channels of the input.</param>
        /// <param name="out_channels">Channels of the result.</param>
        /// <param name="kernel_size">The kernel's size.</param>
        /// <param name="padding">The margins.</param>
        /// <param name="stride">The steps.</param>
        /// <param name="dilation">The distances between the kernel's points.</param>
        /// <param name="padding_mode">What the margins hold.</param>
        /// <param name="groups">The number of independent groups of channels.</param>
        /// <param name="bias">Whether there is a bias.</param>
        /// <param name="device">Where the parameters live; torch's default if null.</param>
        /// <param name="dtype">Their type; torch's default if null.</param>
        public static Conv1d Conv1d(long in_channels, long out_channels, long kernel_size, Padding padding, long stride = 1, long dilation = 1,
            PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
            new(in_channels, out_channels, [kernel_size], [stride], null, padding, [dilation], padding_mode, groups, bias, device, dtype);

        /// <summary>A transposed convolution of [B, C, L].</summary>
        /// <param name="in_channels">Channels of the input.</param>
        /// <param name="out_channels">Channels of the result.</param>
        /// <param name="kernel_size">The kernel's size.</param>
        /// <param name="stride">The steps.</param>
        /// <param name="padding">The margins.</param>
        /// <param name="output_padding">What to add to one side of the result.</param>
        /// <param name="dilation">The distances between the kernel's points.</param>
        /// <param name="padding_mode">What the margins hold.</param>
        /// <param name="groups">The number of independent groups of channels.</param>
        /// <param name="bias">Whether there is a bias.</param>
        /// <param name="device">Where the parameters live; torch's default if null.</param>
        /// <param name="dtype">Their type; torch's default if null.</param>
        public static ConvTranspose1d ConvTranspose1d(long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0,
            long output_padding = 0, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true,
            Device? device = null, ScalarType? dtype = null) =>
            new(in_channels, out_channels, [kernel_size], [stride], [padding], [output_padding], [dilation], padding_mode, groups, bias, device, dtype);

        /// <summary>A convolution of [B, C, H, W].</summary>
        /// <param name="in_channels">Channels of the input.</param>
        /// <param name="out_channels">Channels of the result.</param>
        /// <param name="kernel_size">The kernel's size.</param>
        /// <param name="stride">The steps.</param>
        /// <param name="padding">The margins.</param>
        /// <param name="dilation">The distances between the kernel's points.</param>
        /// <param name="padding_mode">What the margins hold.</param>
        /// <param name="groups">The number of independent groups of channels.</param>
        /// <param name="bias">Whether there is a bias.</param>
        /// <param name="device">Where the parameters live; torch's default if null.</param>
        /// <param name="dtype">Their type; torch's default if null.</param>
        public static Conv2d Conv2d(long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long dilation = 1,
            PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
            new(in_channels, out_channels, [kernel_size, kernel_size], [stride, stride], [padding, padding], null, [dilation, dilation], padding_mode, groups,
                bias, device, dtype);

        /// <summary>A convolution of [B, C, H, W].</summary>
        /// <param name="in_channels">Channels of the input.</param>
        /// <param name="out_channels">Channels of the result.</param>
        /// <param name="kernel_size">The kernel's size.</param>
        /// <param name="padding">The margins.</param>
        /// <param name="stride">The steps.</param>
        /// <param name="dilation">The distances between the kernel's points.</param>
        /// <param name="padding_mode">What the margins hold.</param>
        /// <param name="groups">The number of independent groups of channels.</param>
        /// <param name="bias">Whether there is a bias.</param>
        /// <param name="device">Where the parameters live; torch's default if null.</param>
        /// <param name="dtype">Their type; torch's default if null.</param>
        public static Conv2d Conv2d(long in_channels, long out_channels, long kernel_size, Padding padding, long stride = 1, long dilation = 1,
            PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
            new(in_channels, out_channels, [kernel_size, kernel_size], [stride, stride], null, padding, [dilation, dilation], padding_mode, groups, bias,
                device, dtype);

        /// <summary>A convolution of [B, C, H, W].</summary>
        /// <param name="in_channels">Channels of the input.</param>
        /// <param name="out_channels">Channels of the result.</param>
        /// <param name="kernel_size">The kernel's size.</param>
        /// <param name="stride">The steps.</param>
        /// <param name="padding">The margins.</param>
        /// <param name="dilation">The distances between the kernel's points.</param>
        /// <param name="padding_mode">What the margins hold.</param>
        /// <param name="groups">The number of independent groups of channels.</param>
        /// <param name="bias">Whether there is a bias.</param>
        /// <param name="device">Where the parameters live; torch's default if null.</param>
        /// <param name="dtype">Their type; torch's default if null.</param>
        public static Conv2d Conv2d(long in_channels, long out_channels, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null,
            (long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null,
            ScalarType? dtype = null) =>
            new(in_channels, out_channels, functional.Two(kernel_size), functional.Two(stride ?? (1, 1)), functional.Two(padding ?? (0, 0)), null,
                functional.Two(dilation ?? (1, 1)), padding_mode, groups, bias, device, dtype);

        /// <summary>A convolution of [B, C, H, W].</summary>
        /// <param name="in_channels">Channels of the input.</param>
        /// <param name="out_channels">Channels of the result.</param>
        /// <param name="kernel_size">The kernel's size.</param>
        /// <param name="padding">The margins.</param>
        /// <param name="stride">The steps.</param>
        /// <param name="dilation">The distances between the kernel's points.</param>
        /// <param name="padding_mode">What the margins hold.</param>
        /// <param name="groups">The number of independent groups of channels.</param>
        /// <param name="bias">Whether there is a bias.</param>
        /// <param name="device">Where the parameters live; torch's default if null.</param>
        /// <param name="dtype">Their type; torch's default if null.</param>
        public static Conv2d Conv2d(long in_channels, long out_channels, (long, long) kernel_size, Padding padding, (long, long)? stride = null,
            (long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null,
            ScalarType? dtype = null) =>
            new(in_channels, out_channels, functional.Two(kernel_size), functional.Two(stride ?? (1, 1)), null, padding, functional.Two(dilation ?? (1, 1)),
                padding_mode, groups, bias, device, dtype);

        /// <summary>A transposed convolution of [B, C, H, W].</summary>
        /// <param name="in_channels">Channels of the input.</param>
        /// <param name="out_channels">Channels of the result.</param>
        /// <param name="kernel_size">The kernel's size.</param>
        /// <param name="stride">The steps.</param>
        /// <param name="padding">The margins.</param>
        /// <param name="output_padding">What to add to one side of the result.</param>
        /// <param name="dilation">The distances between the kernel's points.</param>
        /// <param name="padding_mode">What the margins hold.</param>
        /// <param name="groups">The number of independent groups of channels.</param>
        /// <param name="bias">Whether there is a bias.</param>
        /// <param name="device">Where the parameters live; torch's default if null.</param>
        /// <param name="dtype">Their type; torch's default if null.</param>
        public static ConvTranspose2d ConvTranspose2d(long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0,
            long output_padding = 0, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true,
            Device? device = null, ScalarType? dtype = null) =>
            new(in_channels, out_channels, [kernel_size, kernel_size], [stride, stride], [padding, padding], [output_padding, output_padding],
                [dilation, dilation], padding_mode, groups, bias, device, dtype);

        /// <summary>A transposed convolution of [B, C, H, W].</summary>
        /// <param name="in_channels">Channels of the input.</param>
        /// <param name="out_channels">Channels of the result.</param>
        /// <param name="kernel_size">The kernel's size.</param>
        /// <param name="stride">The steps.</param>
        /// <param name="padding">The margins.</param>
        /// <param name="output_padding">What to add to one side of the result.</param>
        /// <param name="dilation">The distances between the kernel's points.</param>
        /// <param name="padding_mode">What the margins hold.</param>
        /// <param name="groups">The number of independent groups of channels.</param>
        /// <param name="bias">Whether there is a bias.</param>
        /// <param name="device">Where the parameters live; torch's default if null.</param>
        /// <param name="dtype">Their type; torch's default if null.</param>
        public static ConvTranspose2d ConvTranspose2d(long in_channels, long out_channels, (long, long) kernel_size, (long, long)? stride = null,
            (long, long)? padding = null, (long, long)? output_padding = null, (long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros,
            long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
            new(in_channels, out_channels, functional.Two(kernel_size), functional.Two(stride ?? (1, 1)), functional.Two(padding ?? (0, 0)),
                functional.Two(output_padding ?? (0, 0)), functional.Two(dilation ?? (1, 1)), padding_mode, groups, bias, device, dtype);
    }
}
