using AttentionDsl.Runtime;

namespace AttentionDsl.Gallery.Tests;

/// <summary>A temporary folder with files of test vectors.</summary>
internal sealed class Folder : IDisposable
{
    private const int Tokens = 5, Channels = 4;

    public string Name { get; } = Directory.CreateTempSubdirectory("attention-gallery-").FullName;

    public string File(string name) => Path.Combine(Name, name);

    /// <summary>Linear attention of one head by its definition, under a variant's name, each output times a factor.</summary>
    public string Vectors(string name, string variant, double outputTimes = 1)
    {
        var random = new Random(1);
        double[] q = Numbers(), k = Numbers(), v = Numbers(), o = new double[Tokens * Channels], state = new double[Channels * Channels];
        for (int t = 0; t < Tokens; t++)
        {
            for (int i = 0; i < Channels * Channels; i++)
            {
                state[i] += k[(t * Channels) + (i / Channels)] * v[(t * Channels) + (i % Channels)];
                o[(t * Channels) + (i % Channels)] += state[i] * q[(t * Channels) + (i / Channels)] / Math.Sqrt(Channels) * outputTimes;
            }
        }

        long[] rows = [1, Tokens, 1, Channels], square = [1, 1, Channels, Channels];
        string path = File(name);
        SafeTensors.Write(
            path,
            new Dictionary<string, Tensor>
            {
                ["q"] = Tensor.From(q, rows),
                ["k"] = Tensor.From(k, rows).ToFloat32(),
                ["v"] = Tensor.From(v, rows).ToFloat32(),
                ["o"] = Tensor.From(o, rows),
                ["ht"] = Tensor.From(state, square),
            },
            new Dictionary<string, string> { ["variant"] = variant });
        return path;

        // With few digits, so that nothing is rounded on the way to single precision.
        double[] Numbers() => [.. Enumerable.Range(0, Tokens * Channels).Select(_ => random.Next(-8, 9) / 8.0)];
    }

    public void Dispose() => Directory.Delete(Name, recursive: true);
}
