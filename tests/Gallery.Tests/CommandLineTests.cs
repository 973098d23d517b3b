using System.Text.Json;

namespace AttentionDsl.Gallery.Tests;

/// <summary>What the gallery prints and the codes it exits with: scripts rely on both.</summary>
public sealed class CommandLineTests
{
    [Fact]
    public void Show_lists_every_variant_a_line_each()
    {
        Shell.Finished run = Shell.Run("show");
        Assert.Equal(0, run.Code);
        Assert.Contains("GatedDeltaNet ", run.Output, StringComparison.Ordinal);
        Assert.Contains("decay per key channel, delta rule", run.Output, StringComparison.Ordinal);
        Assert.Contains("64 KiB", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("KimiDelta")]
    [InlineData("kda")]
    public void Show_prints_declaration_recurrence_algorithm_and_cost(string name)
    {
        Shell.Finished run = Shell.Run("show", name);
        Assert.Equal(0, run.Code);
        Assert.Contains("public partial record KimiDelta(", run.Output, StringComparison.Ordinal);
        Assert.Contains("S' = S~ + beta k (v - S~^T k)^T", run.Output, StringComparison.Ordinal);
        Assert.Contains("Algorithm", run.Output, StringComparison.Ordinal);
        Assert.Contains("floating-point operations a token", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Bench_prints_a_row_a_variant()
    {
        Shell.Finished run = Shell.Run("bench", "Gla", "--tokens", "16", "--heads", "1", "--channels", "8", "--seconds", "0.01", "--device", "host");
        Assert.Equal(0, run.Code);
        Assert.Contains("Gla ", run.Output, StringComparison.Ordinal);
        Assert.Contains("T 16, H 1, K 8, V 8", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_passes_right_vectors_and_writes_json()
    {
        using var folder = new Folder();
        folder.Vectors("right.safetensors", "linear_attn");
        Shell.Finished run = Shell.Run("verify", folder.Name, "--device", "host", "--json", folder.File("report.json"));
        Assert.True(run.Code == 0, run.Output + run.Error);
        Assert.Contains("1 passed, 0 failed, 0 of unknown variants", run.Output, StringComparison.Ordinal);

        JsonElement report = Assert.Single(JsonDocument.Parse(File.ReadAllText(folder.File("report.json"))).RootElement.EnumerateArray());
        Assert.Equal("LinearAttention", report.GetProperty("variant").GetString());
        Assert.Equal("passed", report.GetProperty("outcome").GetString());
        Assert.Equal(4, report.GetProperty("comparisons").GetArrayLength());   // o and ht, decoded and by chunks
        Assert.All(report.GetProperty("comparisons").EnumerateArray(), x => Assert.InRange(x.GetProperty("relative").GetDouble(), 0, 1e-5));
    }

    [Fact]
    public void Verify_fails_wrong_vectors_and_names_the_tensor()
    {
        using var folder = new Folder();
        folder.Vectors("right.safetensors", "linear_attn");
        folder.Vectors("wrong.safetensors", "linear_attn", outputTimes: 1.001);
        Shell.Finished run = Shell.Run("verify", folder.Name, "--device", "host");
        Assert.Equal(1, run.Code);
        Assert.Matches(@"wrong\.safetensors\s+LinearAttention\s+decode\s+o\s+1\.0e-3.*FAIL", run.Output);
        Assert.Contains("1 passed, 1 failed, 0 of unknown variants", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_lists_unknown_variants_and_fails_on_them_only_if_strict()
    {
        using var folder = new Folder();
        folder.Vectors("other.safetensors", "perpetual_attention");
        Shell.Finished lenient = Shell.Run("verify", folder.Name, "--device", "host"), strict = Shell.Run("verify", folder.Name, "--device", "host", "--strict");
        Assert.Equal((0, 1), (lenient.Code, strict.Code));
        Assert.Contains("unknown other.safetensors: no declaration is published as perpetual_attention", lenient.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_reports_a_truncated_file_and_goes_on()
    {
        using var folder = new Folder();
        byte[] whole = File.ReadAllBytes(folder.Vectors("right.safetensors", "linear_attn"));
        File.WriteAllBytes(folder.File("short.safetensors"), whole[..^100]);
        File.WriteAllText(folder.File("text.safetensors"), "hello");
        Shell.Finished run = Shell.Run("verify", folder.Name, "--device", "host");
        Assert.Equal(1, run.Code);
        Assert.Matches(@"error .*short\.safetensors.*truncated", run.Output);
        Assert.Matches(@"error .*text\.safetensors", run.Output);
        Assert.Contains("1 passed, 2 failed", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Variants_of_another_assembly_take_the_place_of_the_gallerys()
    {
        string library = typeof(Variants.Catalog).Assembly.Location;
        Shell.Finished run = Shell.Run("show", "Oja", "--variants", library);
        Assert.Equal(0, run.Code);
        Assert.Contains("public partial record Oja(", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("there is nothing of this name", "verify", "/no/such/folder")]
    [InlineData("there is no variant 'Nope'", "show", "Nope")]
    [InlineData("there is no such file", "show", "--variants", "/no/such/library.dll")]
    [InlineData("expected a .NET assembly", "show", "--variants", "attention-gallery.runtimeconfig.json")]
    [InlineData("'abacus'", "bench", "--device", "abacus")]
    [InlineData("expected a number from 1 on, but got 0", "bench", "--tokens", "0")]
    [InlineData("Required argument 'DIR' missing", "verify")]
    [InlineData("Unrecognized command", "sing")]
    public void A_fault_of_the_command_line_is_a_sentence_on_standard_error_and_code_2(string sentence, params string[] arguments)
    {
        Shell.Finished run = Shell.Run(arguments);
        Assert.Equal(2, run.Code);
        Assert.Contains(sentence, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_folder_is_a_fault()
    {
        using var folder = new Folder();
        Shell.Finished run = Shell.Run("verify", folder.Name);
        Assert.Equal(2, run.Code);
        Assert.Contains("there are none", run.Error, StringComparison.Ordinal);
    }
}
