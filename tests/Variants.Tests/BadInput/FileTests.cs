using AttentionDsl.Gallery.Golden;

namespace AttentionDsl.Variants.Tests;

/// <summary>Files that are none, or not what they say: the report names the file and what is wrong with it, and nothing is leaked.</summary>
[Collection(nameof(Alone))]
public sealed class FileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("golden").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void What_is_no_file_of_tensors_is_said_so()
    {
        Fails("missing.safetensors", null, "missing.safetensors");
        Fails("empty.safetensors", [], "at least 8 bytes");
        Fails("text.safetensors", "this is a text and no file of tensors"u8.ToArray(), "text.safetensors");
        Fails("zeros.safetensors", new byte[4096], "zeros.safetensors");
    }

    [Fact]
    public void Truncated_files_are_said_so()
    {
        byte[] good = File.ReadAllBytes(Path.Combine(GoldenTests.Root(), "tests", "Golden", "hgrn.t1_h0.safetensors"));
        for (int length = 0; length < good.Length; length += 97)
        {
            Fails("cut.safetensors", good[..length], "cut.safetensors");
        }
    }

    [Theory]
    [InlineData("""{"scale":1}""", "", "the variant's name")]
    [InlineData("""["variant"]""", "", "JSON object")]
    [InlineData("""{"variant":"gla","scale":1e999}""", "", "Scale")]
    [InlineData("""{"variant":"gla","chunk":-3}""", "", "ChunkLength", "-3")]
    [InlineData("""{"variant":"gla","cu_seqlens":[0,2,1,3]}""", "", "SequenceOffsets", "[2] is 1 after 2")]
    [InlineData("""{"variant":"gla","cu_seqlens":[0,4]}""", "", "SequenceOffsets", "from 0 to 4")]
    [InlineData("""{"variant":"gla"}""", "k", "a tensor 'k'", "g, o, q, v")]
    [InlineData("""{"variant":"gla"}""", "o", "results to compare")]
    [InlineData("""{"variant":"kda","use_qk_l2norm_in_kernel":true}""", "", "'beta'")]
    public void Files_that_are_not_what_they_say_are_said_so(string meta, string without, params string[] says)
    {
        string file = Write(meta, without, [1, 3, 2, 4]);
        Fails(Path.GetFileName(file), File.ReadAllBytes(file), says);
    }

    [Fact]
    public void Tensors_that_do_not_fit_are_named()
    {
        string file = Write("""{"variant":"gla"}""", "", [1, 5, 2, 4]);
        Fails(Path.GetFileName(file), File.ReadAllBytes(file), "V", "3 tokens", "[1, 5, 2, 4]");
    }

    [Fact]
    public void A_flag_that_no_declaration_has_is_unknown_and_says_which_there_are()
    {
        string file = Write("""{"variant":"kda","use_gate_in_kernel":true}""", "", [1, 3, 2, 4]);
        CaseReport report = new Verifier(Catalog.All, x => x).Verify(file);
        Assert.Equal(Outcome.Unknown, report.Outcome);
        Assert.Contains("kda (use_gate_in_kernel)", report.Message, StringComparison.Ordinal);
        Assert.Contains("no flags", report.Message, StringComparison.Ordinal);
        Assert.Contains("lower_bound=-5", report.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_results_fail()
    {
        string file = Write("""{"variant":"gla"}""", "", [1, 3, 2, 4]);
        CaseReport report = new Verifier(Catalog.All, x => x).Verify(file);
        Assert.Equal(Outcome.Failed, report.Outcome);
        Assert.All(report.Comparisons, x => Assert.False(x.Passed));
        Assert.Equal(["decode", "forward"], report.Comparisons.Select(x => x.Pass));
    }

    private void Fails(string name, byte[]? content, params string[] says)
    {
        string path = Path.Combine(folder, name);
        if (content is not null)
        {
            File.WriteAllBytes(path, content);
        }

        var verifier = new Verifier(Catalog.All, x => x);
        long live = Alone.LiveTensors();
        CaseReport report = verifier.Verify(path);
        Assert.Equal(live, Tensor.Live);
        Assert.Equal(Outcome.Failed, report.Outcome);
        Assert.Empty(report.Comparisons);
        Assert.All(says, x => Assert.Contains(x, report.Message, StringComparison.Ordinal));
    }

    private string Write(string meta, string without, long[] value)
    {
        string path = Path.Combine(folder, "written.safetensors");
        using Tensor key = Ones(1, 3, 2, 4), v = Ones(value), output = Ones(value);
        (string Name, Tensor Tensor)[] all = [("q", key), ("k", key), ("g", key), ("v", v), ("o", output)];
        using FileStream stream = File.Create(path);
        SafeTensors.Write(stream, [.. all.Where(x => x.Name != without).Select(x => KeyValuePair.Create(x.Name, x.Tensor))], new Dictionary<string, string> { ["meta"] = meta });
        return path;
    }

    private static Tensor Ones(params long[] shape)
    {
        var tensor = new Tensor(DataType.Float32, shape);
        tensor.AsSpan<float>().Fill(-1);
        return tensor;
    }
}
