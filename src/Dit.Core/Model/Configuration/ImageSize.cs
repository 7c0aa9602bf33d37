using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dit.Core;

/// <summary>Height and width of images or latents, in elements. An <see cref="int"/> converts to a square one.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
[JsonConverter(typeof(ImageSizeConverter))]
public readonly record struct ImageSize(int Height, int Width)
{
    /// <summary>A square size.</summary>
    /// <param name="side">Height and width.</param>
    public static implicit operator ImageSize(int side) => new(side, side);

    /// <summary>A size from a pair.</summary>
    /// <param name="size">Height and width.</param>
    public static implicit operator ImageSize((int Height, int Width) size) => new(size.Height, size.Width);

    /// <summary>Height and width, such as <c>32</c> or <c>32 x 48</c>.</summary>
    public override string ToString() => Height == Width ? $"{Height}" : $"{Height} x {Width}";
}

/// <summary>A square size is a number in JSON, any other an array of height and width.</summary>
internal sealed class ImageSizeConverter : JsonConverter<ImageSize>
{
    public override ImageSize Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number)
            return reader.GetInt32();
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("An image size is a number or [height, width].");
        var size = new ImageSize(Next(ref reader), Next(ref reader));
        return reader.Read() && reader.TokenType == JsonTokenType.EndArray ? size : throw new JsonException("An image size has two numbers.");
    }

    public override void Write(Utf8JsonWriter writer, ImageSize value, JsonSerializerOptions options)
    {
        if (value.Height == value.Width)
        {
            writer.WriteNumberValue(value.Height);
            return;
        }
        writer.WriteStartArray();
        writer.WriteNumberValue(value.Height);
        writer.WriteNumberValue(value.Width);
        writer.WriteEndArray();
    }

    private static int Next(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.Number ? reader.GetInt32() : throw new JsonException("An image size has two numbers.");
}
