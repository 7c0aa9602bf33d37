using System.Text;

namespace Dit.Core.Tests;

public sealed class Crc32Tests
{
    [Fact]
    public void The_known_value() => Assert.Equal(0xCBF43926u, Crc32.Append(0, Encoding.ASCII.GetBytes("123456789")));

    /// <summary>The fast way goes by blocks; a byte at a time is the definition.</summary>
    [Fact]
    public void Any_length_in_any_parts_gives_the_sum_of_its_bytes()
    {
        var bytes = new byte[1000];
        new Random(1).NextBytes(bytes);
        var expected = 0u;
        for (var length = 0; length <= bytes.Length; length++)
        {
            Assert.Equal(expected, Crc32.Append(0, bytes.AsSpan(0, length)));
            Assert.Equal(expected, Crc32.Append(Crc32.Append(0, bytes.AsSpan(0, length / 3)), bytes.AsSpan(length / 3, length - (length / 3))));
            if (length < bytes.Length)
                expected = Crc32.Append(expected, bytes.AsSpan(length, 1));
        }
    }
}
