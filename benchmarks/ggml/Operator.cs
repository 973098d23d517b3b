using System.Runtime.InteropServices;
using AttentionDsl.Runtime;

namespace AttentionDsl.Benchmarks.Ggml;

/// <summary>The operators of ggml that compute a recurrence of ours.</summary>
internal enum OperatorKind
{
    /// <summary>GATED_DELTA_NET with a decay a head.</summary>
    GatedDeltaNet,

    /// <summary>GATED_DELTA_NET with a decay a channel: KDA.</summary>
    GatedDeltaNetOfChannels,

    /// <summary>RWKV_WKV7, which computes KDA where w = exp(g), a = -beta exp(g) k, b = k, and its k is beta k.</summary>
    Wkv7,
}

/// <summary>An operator of ggml with its tensors (native/operators.c). Its states stand values x keys, ours keys x values.</summary>
internal sealed unsafe partial class Operator : IDisposable
{
    private const string Library = "attention_ggml";

    private readonly int channels;
    private readonly int heads;
    private readonly int tokens;
    private readonly OperatorKind kind;
    private nint handle;

    /// <param name="kind">Which.</param>
    /// <param name="size">One sequence, as many key as value channels.</param>
    /// <param name="threads">Threads.</param>
    public Operator(OperatorKind kind, CallSize size, int threads)
    {
        (this.kind, channels, heads, tokens) = (kind, size.K, size.Heads, size.Tokens);
        handle = New((int)kind, channels, heads, tokens, threads);
    }

    /// <summary>[tokens, heads, channels].</summary>
    public ReadOnlySpan<float> Output => new(OutputOf(handle), tokens * heads * channels);

    /// <summary>The library that was built from native/CMakeLists.txt.</summary>
    public static void Load(string path)
    {
        if (!File.Exists(path))
        {
            throw new ArgumentException($"{path}: expected the library that benchmarks/ggml/native makes of ggml, but there is no such file; CMakeLists.txt there says how to build it.");
        }

        nint library = NativeLibrary.Load(Path.GetFullPath(path));
        NativeLibrary.SetDllImportResolver(typeof(Operator).Assembly, (name, _, _) => name == Library ? library : 0);
    }

    /// <summary>Gives it the tensors of a call of ours: q, k, v, g, beta and the state before it.</summary>
    public void Fill(IReadOnlyList<Tensor> inputs, ReadOnlySpan<float> state)
    {
        ReadOnlySpan<float> q = inputs[0].AsSpan<float>(), k = inputs[1].AsSpan<float>(), v = inputs[2].AsSpan<float>(), g = inputs[3].AsSpan<float>(), beta = inputs[4].AsSpan<float>();
        int count = q.Length;
        if (kind != OperatorKind.Wkv7)
        {
            q.CopyTo(Own(0, count));
            k.CopyTo(Own(1, count));
            v.CopyTo(Own(2, count));
            g.CopyTo(Own(3, g.Length));
            beta.CopyTo(Own(4, beta.Length));
            Transpose(state, Own(5, state.Length));
            return;
        }

        // Its output has no scale: the query brings ours.
        float scale = 1 / MathF.Sqrt(channels);
        Span<float> r = Own(0, count), w = Own(1, count), ownK = Own(2, count), a = Own(4, count);
        v.CopyTo(Own(3, count));
        k.CopyTo(Own(5, count));
        for (int i = 0; i < count; i++)
        {
            float strength = beta[i / channels];
            r[i] = q[i] * scale;
            w[i] = MathF.Exp(g[i]);
            ownK[i] = strength * k[i];
            a[i] = -w[i] * ownK[i];
        }

        Transpose(state, Own(6, state.Length));
    }

    /// <summary>Computes it.</summary>
    public void Run()
    {
        if (Run(handle) != 0)
        {
            throw new InvalidOperationException($"ggml could not compute {kind}.");
        }
    }

    /// <summary>The largest differences to our output and, where it is given, our final state.</summary>
    public (double Output, double State) Differences(Tensor output, Tensor? state)
    {
        double most = Most(output.AsSpan<float>(), Output), ofState = 0;
        if (state is not null)
        {
            var theirs = new float[state.Count];
            Transpose(new ReadOnlySpan<float>(OutputOf(handle) + Output.Length, theirs.Length), theirs);
            ofState = Most(state.AsSpan<float>(), theirs);
        }

        return (most, ofState);
    }

    public void Dispose()
    {
        if (handle != 0)
        {
            Free(handle);
            handle = 0;
        }
    }

    private static double Most(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double most = 0;
        for (int i = 0; i < a.Length; i++)
        {
            most = Math.Max(most, Math.Abs(a[i] - b[i]));
        }

        return most;
    }

    private Span<float> Own(int index, int count) => new(InputOf(handle, index), count);

    private void Transpose(ReadOnlySpan<float> from, Span<float> to)
    {
        int square = channels * channels;
        for (int i = 0; i < to.Length; i++)
        {
            int inHead = i % square;
            to[i] = from[i - inHead + (inHead % channels * channels) + (inHead / channels)];
        }
    }

    [LibraryImport(Library, EntryPoint = "operator_new")]
    private static partial nint New(int kind, int channels, int heads, int tokens, int threads);

    [LibraryImport(Library, EntryPoint = "operator_input")]
    private static partial float* InputOf(nint handle, int index);

    [LibraryImport(Library, EntryPoint = "operator_output")]
    private static partial float* OutputOf(nint handle);

    [LibraryImport(Library, EntryPoint = "operator_run")]
    private static partial int Run(nint handle);

    [LibraryImport(Library, EntryPoint = "operator_free")]
    private static partial void Free(nint handle);
}
