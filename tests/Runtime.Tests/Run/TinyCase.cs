namespace AttentionDsl.Runtime.Tests;

/// <summary>Tensors for the tiny variant with numbers from a seed.</summary>
internal sealed class TinyCase : IDisposable
{
    private readonly Random random = new(7);
    private readonly List<Tensor> all = [];

    public TinyCase(long batch, long tokens, int queryHeads, int heads, int k, int v, DataType type = DataType.Float32)
    {
        Inputs = [Random(type, batch, tokens, queryHeads, k), Random(type, batch, tokens, queryHeads, k), Random(type, batch, tokens, heads, v)];
        Parameters = [Random(DataType.Float32, heads)];
    }

    public static Variant<TinyKernels> Variant { get; } = new();

    public IReadOnlyList<Tensor> Inputs { get; }

    public IReadOnlyList<Tensor> Parameters { get; }

    public static RunOptions On(string engine) => new() { Engine = engine == "host" ? HostEngine.Instance : ReferenceEngine.Instance };

    /// <summary>Random numbers that the case frees.</summary>
    public Tensor Random(DataType type, params long[] shape)
    {
        var tensor = Keep(new Tensor(type, shape));
        for (long i = 0; i < tensor.Count; i++)
        {
            tensor[i] = (random.NextDouble() * 2) - 1;
        }

        return tensor;
    }

    public Tensor Keep(Tensor tensor)
    {
        all.Add(tensor);
        return tensor;
    }

    public void Dispose() => all.ForEach(x => x.Dispose());

    public static double[] Numbers(Tensor tensor)
    {
        var numbers = new double[tensor.Count];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = tensor[i];
        }

        return numbers;
    }

    public static double[] Slice(Tensor tensor, long entry, long entries)
    {
        long count = tensor.Count / entries;
        return Numbers(tensor)[(int)(entry * count)..(int)((entry + 1) * count)];
    }

    public static void Near(IEnumerable<double> expected, IEnumerable<double> got, double tolerance)
    {
        double[] x = [.. expected], y = [.. got];
        Assert.Equal(x.Length, y.Length);
        double error = Math.Sqrt(x.Zip(y, (a, b) => (a - b) * (a - b)).Sum()), norm = Math.Sqrt(x.Sum(a => a * a));
        Assert.True(error <= tolerance * norm || (error == 0 && norm == 0), $"relative error {error / norm:e2}, allowed {tolerance:e2}");
    }
}
