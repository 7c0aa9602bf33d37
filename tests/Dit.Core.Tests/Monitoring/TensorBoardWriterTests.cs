using System.Text;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

/// <summary>Everything is read back by a reader that shares no code with the writer.</summary>
public sealed class TensorBoardWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The vectors of RFC 3720, B.4, and the check value of every catalogue; reader and writer each by themselves.</summary>
    [Fact]
    public void The_sum_is_Castagnolis()
    {
        (byte[] Bytes, uint Sum)[] known =
        [
            (new byte[32], 0x8A9136AA), ([.. Enumerable.Repeat((byte)0xFF, 32)], 0x62A8AB43), ([.. Enumerable.Range(0, 32).Select(i => (byte)i)], 0x46DD794E),
            (Encoding.ASCII.GetBytes("123456789"), 0xE3069283), ([], 0),
        ];
        Assert.All(known, k => Assert.Equal(k.Sum, EventReader.Crc(k.Bytes)));
        Assert.All(known, k => Assert.Equal(EventReader.Masked(k.Bytes), MaskedCrc.Of(k.Bytes)));
        for (var length = 0; length < 70; length++)
        {
            var bytes = Enumerable.Range(0, length).Select(i => (byte)(i * 37 + length)).ToArray();
            Assert.Equal(EventReader.Masked(bytes), MaskedCrc.Of(bytes));
        }
    }

    [Fact]
    public void A_file_starts_with_its_version_and_has_TensorBoards_name()
    {
        using var writer = new TensorBoardWriter(_folder["run"]);
        Assert.Matches($@"^events\.out\.tfevents\.\d{{10}}\.{Environment.MachineName}\.\d+\.\d+$", Path.GetFileName(writer.Path));
        var first = Assert.Single(EventReader.Events(writer.Path));
        Assert.Equal("brain.Event:2", first.Text(3));
        Assert.InRange(first.Double(1), DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 60, DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1);
        using var second = new TensorBoardWriter(_folder["run"]);
        Assert.NotEqual(writer.Path, second.Path);
    }

    [Fact]
    public void Scalars_keep_step_and_value()
    {
        using var writer = new TensorBoardWriter(_folder["run"]);
        writer.AddScalar("loss", 0.5, 1);
        writer.AddScalar("loss", double.NaN, 300);
        writer.AddScalars(5_000_000_000, ("loss", -1e30), ("größe/β", 3));
        Assert.Equal([(1, 0.5f), (300, float.NaN), (5_000_000_000, -1e30f)], EventReader.Scalars(writer.Path, "loss"));
        Assert.Equal([(5_000_000_000, 3f)], EventReader.Scalars(writer.Path, "größe/β"));
        Assert.Equal(4, EventReader.Records(writer.Path).Length);
        Assert.Throws<ArgumentException>("tag", () => writer.AddScalar(" ", 1, 1));
    }

    [Fact]
    public void Histograms_count_every_finite_value()
    {
        using var writer = new TensorBoardWriter(_folder["run"]);
        var values = Enumerable.Range(0, 1000).Select(i => MathF.Sin(i) * 3).ToArray();
        writer.AddHistogram("h", [.. values, float.NaN, float.NegativeInfinity], 7);
        writer.AddHistogram("one", [2f, 2f, 2f], 7);
        writer.AddHistogram("none", [float.NaN], 7);
        var read = EventReader.Values(writer.Path);
        Assert.All(read, v => Assert.Equal(("histograms", 2, 2), (v.Value.Plugin(), v.Value.DataClass(), v.Value.Tensor().Int(1))));

        var rows = read[0].Value.Tensor().Doubles(6).Chunk(3).ToArray();
        Assert.Equal([30, 3], read[0].Value.Tensor().Shape());
        Assert.Equal((values.Min(), values.Max()), ((float)rows[0][0], (float)rows[^1][1]));
        Assert.All(rows.Zip(rows.Skip(1)), pair => Assert.Equal(pair.First[1], pair.Second[0], 1e-12));
        foreach (var (i, row) in rows.Index())
        {
            var expected = values.Count(v => v >= row[0] && (v < row[1] || i == 29));
            Assert.InRange(row[2], expected - 1, expected + 1);                // a value may lie on an edge
        }
        Assert.Equal(1000, rows.Sum(r => r[2]));
        Assert.Equal([1.5, 2.5, 3.0], read[1].Value.Tensor().Doubles(6));
        Assert.Equal([0, 3], read[2].Value.Tensor().Shape());
    }

    [Fact]
    public void Tensors_of_any_type_have_histograms()
    {
        using var scope = NewDisposeScope();
        using var writer = new TensorBoardWriter(_folder["run"]);
        writer.AddHistogram("weights", arange(12, bfloat16).view(3, 4).t().requires_grad_(), 1);
        var rows = EventReader.Values(writer.Path).Single().Value.Tensor().Doubles(6).Chunk(3).ToArray();
        Assert.Equal((0, 11, 12), (rows[0][0], rows[^1][1], rows.Sum(r => r[2])));
    }

    [Fact]
    public void Images_are_files_with_their_size()
    {
        using var scope = NewDisposeScope();
        using var writer = new TensorBoardWriter(_folder["run"]);
        using var generator = new Generator(2);
        var images = rand([3, 1, 4, 6], generator: generator).mul(2).sub(1);
        writer.AddImages("samples", images, 9);
        writer.AddImage("one", Png.Encode(images[0]), 9);
        var (step, value) = EventReader.Values(writer.Path)[0];
        Assert.Equal((9, "samples", "images", 3, 7), (step, value.Tag(), value.Plugin(), value.DataClass(), value.Tensor().Int(1)));
        Assert.Equal([5], value.Tensor().Shape());
        Assert.Equal(["6", "4"], value.Tensor().Texts(8)[..2]);
        var pixels = ((images + 1) * 127.5).round().to(uint8).bytes.ToArray();
        Assert.Equal(pixels, value.Tensor().AllBytes(8)[2..].SelectMany(file => PngReader.Read(file).Pixels));
        Assert.Equal([3], EventReader.Values(writer.Path)[1].Value.Tensor().Shape());
        Assert.Throws<ArgumentException>(() => writer.AddImage("no", [1, 2, 3], 1));
        Assert.Throws<ArgumentException>(() => writer.AddImages("no", images[0], 1));
    }

    [Fact]
    public void Text_is_text()
    {
        using var writer = new TensorBoardWriter(_folder["run"]);
        writer.AddText("notes", "**größer**", 3);
        var value = EventReader.Values(writer.Path).Single().Value;
        Assert.Equal(("text", 2, 7), (value.Plugin(), value.DataClass(), value.Tensor().Int(1)));
        Assert.Empty(value.Tensor().Shape());
        Assert.Equal(["**größer**"], value.Tensor().Texts(8));
    }

    [Fact]
    public void Settings_are_hyperparameters_with_their_types()
    {
        using var writer = new TensorBoardWriter(_folder["run"]);
        writer.AddHyperParameters(
            new Dictionary<string, object> { ["rate"] = 1e-4f, ["batch"] = 64, ["average"] = true, ["schedule"] = "cosine", ["norm"] = NormType.RmsNorm },
            "loss/epoch");
        var values = EventReader.Values(writer.Path).Select(v => v.Value).ToArray();
        Assert.Equal(["_hparams_/experiment", "_hparams_/session_start_info"], values.Select(v => v.Tag()));
        Assert.All(values, v => Assert.Equal(("hparams", 2), (v.Plugin(), v.DataClass())));

        var experiment = values[0].Message(9).Message(1).Message(2).Message(2);
        Assert.Equal([("rate", 3), ("batch", 3), ("average", 2), ("schedule", 1), ("norm", 1)], experiment.Messages(4).Select(i => (i.Text(1), i.Int(4))));
        Assert.Equal("loss/epoch", Assert.Single(experiment.Messages(5)).Message(1).Text(2));

        var session = values[1].Message(9).Message(1).Message(2).Message(3);
        var settings = session.Messages(1).ToDictionary(e => e.Text(1), e => e.Message(2));
        Assert.Equal((1e-4f, 64), ((float)settings["rate"].Double(2), settings["batch"].Double(2)));
        Assert.Equal((1, "cosine", "RmsNorm"), (settings["average"].Int(4), settings["schedule"].Text(3), settings["norm"].Text(3)));
        Assert.True(session.Double(5) > 1.7e9);

        Assert.Contains("'when'", Assert.Throws<ArgumentException>("settings", () =>
            writer.AddHyperParameters(new Dictionary<string, object> { ["when"] = new object() })).Message, StringComparison.Ordinal);
        writer.AddHyperParameters(RunSettings.Of(Models.Tiny));
        var model = EventReader.Values(writer.Path)[^1].Value.Message(9).Message(1).Message(2).Message(3).Messages(1);
        Assert.Equal(16, model.Single(e => e.Text(1) == "model.width").Message(2).Double(2));
    }

    /// <summary>Whoever looks at the file at any time finds whole records, also of a process that was killed: nothing is held back.</summary>
    [Fact]
    public void Every_record_is_whole_at_once()
    {
        using var writer = new TensorBoardWriter(_folder["run"]);
        for (var i = 1; i <= 50; i++)
        {
            writer.AddHistogram("h", [.. Enumerable.Range(0, i).Select(v => (float)v)], i);
            Assert.Equal(1 + i, EventReader.Records(writer.Path).Length);
        }
        writer.Flush();
        Assert.Equal(51, EventReader.Records(writer.Path).Length);
    }

    [Fact]
    public void Threads_do_not_mix_their_records()
    {
        using var writer = new TensorBoardWriter(_folder["run"]);
        const int Threads = 4, Count = 200;
        using var start = new Barrier(Threads);
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(t => new Thread(() =>
        {
            var text = new string((char)('a' + t), 20_000);                   // long enough to be interrupted
            start.SignalAndWait();
            for (var i = 0; i < Count; i++)
                writer.AddText($"thread/{t}", text, i);
        }))];
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        var values = EventReader.Values(writer.Path);
        for (var t = 0; t < Threads; t++)
            Assert.Equal(Enumerable.Range(0, Count).Select(i => (long)i), values.Where(v => v.Value.Tag() == $"thread/{t}").Select(v => v.Step));
    }
}
