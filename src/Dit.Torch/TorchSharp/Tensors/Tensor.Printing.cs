using System.Globalization;
using System.Text;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        private const int EdgeItems = 3;
        private const int SummarizeFrom = 1000;

        /// <summary>Shape, element type and device: <c>[2x3], type = Float32, device = cpu</c>.</summary>
        public override string ToString() => ToString(TensorStringStyle.Metadata);

        /// <summary>The tensor as text.</summary>
        /// <param name="style">Metadata only, or with the elements as NumPy writes them.</param>
        /// <param name="fltFormat">The .NET format of floating-point elements.</param>
        /// <param name="width">Not used: lines break between rows.</param>
        /// <param name="cultureInfo">The culture of numbers; null is the invariant one.</param>
        /// <param name="newLine">What ends a line.</param>
        public string ToString(TensorStringStyle style, string? fltFormat = null, int? width = null, CultureInfo? cultureInfo = null, string? newLine = null)
        {
            if (IsInvalid) return "[disposed]";
            var text = new StringBuilder($"[{string.Join('x', shape)}], type = {dtype}, device = {device}");
            if (style == TensorStringStyle.Metadata || is_meta) return text.ToString();
            using var scope = NewDisposeScope();
            text.Append(newLine ?? Environment.NewLine);
            AppendElements(text, detach().cpu(), numel() > SummarizeFrom, fltFormat ?? "g5", cultureInfo ?? CultureInfo.InvariantCulture, newLine ?? Environment.NewLine, 1);
            return text.ToString();
        }

        private static void AppendElements(StringBuilder text, Tensor tensor, bool summarize, string format, CultureInfo culture, string newLine, int depth)
        {
            if (tensor.ndim == 0)
            {
                var value = tensor.ToScalar();
                text.Append(tensor.is_floating_point() ? value.ToDouble().ToString(format, culture) : value.Text);
                return;
            }
            var count = tensor.size(0);
            text.Append('[');
            for (long i = 0; i < count; i++)
            {
                if (i > 0) text.Append(tensor.ndim > 1 ? newLine + new string(' ', depth) : " ");
                if (summarize && i == EdgeItems && count > 2 * EdgeItems)
                {
                    text.Append("...");
                    i = count - EdgeItems - 1;
                    continue;
                }
                AppendElements(text, tensor[i], summarize, format, culture, newLine, depth + 1);
            }
            text.Append(']');
        }
    }
}
