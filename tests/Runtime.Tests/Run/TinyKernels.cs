using System.Reflection;
using ILGPU.Runtime;

namespace AttentionDsl.Runtime.Tests;

/// <summary>
/// Linear attention with a learned gain, by hand: S = S + k v^T, o = gain * scale * S^T q. Small enough to be read at once, and it has all
/// that the runtime deals with: inputs, a parameter, states in and out, gradients of each.
/// </summary>
internal struct TinyKernels : IVariantKernels
{
    public static VariantDescription Description { get; } = new()
    {
        Name = "Tiny",
        Inputs =
        [
            new("Q", "query", Channels.Key, false),
            new("K", "key", Channels.Key, false),
            new("V", "value", Channels.Value, false),
        ],
        Parameters = [new("Gain", Channels.Scalar, true)],
        Recurrence = "S = S + k v^T\no = gain scale S^T q",
        Algorithm = "chunks",
        Axes = "no decay, Hebbian write",
        DeclaredLines = 1,
        Declaration = "",
        DefaultScale = float.NaN,
        SeveralUpdates = false,
        ColumnsAreIndependent = true,
        ReadsKeys = false,
        Normalizer = false,
        PublishedAs = [new Publication("tiny", "", "q k v gain")],
        ForwardOperations = sizes => 2.0 * sizes.K * sizes.V,
    };

    public static long Scratch(KernelKind kernel, Sizes sizes)
    {
        long key = sizes.Chunk * Padded(sizes.K), value = sizes.Chunk * Padded(sizes.V), pairs = sizes.Chunk * Padded(sizes.Chunk);
        return (2 * sizes.K * Padded(sizes.V)) + (4 * key) + (4 * value) + (2 * pairs) + 64;
    }

    public static void Decode<TTile, TNumber>(ReadOnlySpan<Operand<TTile, TNumber>> operands, Sizes sizes, Work at, TTile scratch)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>
    {
        sizes.Chunk = 1;
        Forward(operands, sizes, at, scratch);
    }

    public static void DecodeBackward<TTile, TNumber>(ReadOnlySpan<Operand<TTile, TNumber>> operands, Sizes sizes, Work at, TTile scratch)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>
    {
        sizes.Chunk = 1;
        Backward(operands, sizes, at, scratch);
    }

    public static void Forward<TTile, TNumber>(ReadOnlySpan<Operand<TTile, TNumber>> operands, Sizes sizes, Work at, TTile scratch)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>
    {
        long offset = 0;
        TTile s = scratch.Take(ref offset, sizes.K, at.Columns);
        TTile output = scratch.Take(ref offset, sizes.Chunk, at.Columns);
        TTile qs = scratch.Take(ref offset, sizes.Chunk, sizes.K);
        TTile p = scratch.Take(ref offset, sizes.Chunk, sizes.Chunk);
        LoadState(operands[4], sizes, at, at.StateIn, s);
        for (int first = 0; first < at.Length; first += sizes.Chunk)
        {
            int rows = Math.Min(sizes.Chunk, at.Length - first);
            long row = at.Start + first;
            TTile k = operands[1].Rows(row, rows, at.Head, at.Heads);
            TTile v = operands[2].Rows(row, rows, at.Head, at.Heads, at.Column, at.Columns);
            TTile o = output.Block(0, rows, 0, at.Columns), q = qs.Block(0, rows, 0, sizes.K), gram = p.Block(0, rows, 0, rows);
            Scaled<TTile, TNumber>(q, operands[0].Rows(row, rows, at.Head, at.Heads), operands[3].Rows(0, 1, at.Head, at.Heads), sizes.Scale);
            TTile.Gram(gram, q, k, Causal.Inclusive, Into.Set);
            TTile.Product(o, q, s, Into.Set);
            TTile.Product(o, gram, v, Into.Add);
            TTile.TransposedProduct(s, k, v, Into.Add);
            TTile.Copy(operands[5].Rows(row, rows, at.Head, at.Heads, at.Column, at.Columns), o, Into.Set);
        }

        StoreState(operands[6], sizes, at, s, at.StateOut);
    }

    public static void Backward<TTile, TNumber>(ReadOnlySpan<Operand<TTile, TNumber>> operands, Sizes sizes, Work at, TTile scratch)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>
    {
        long offset = 0;
        TTile s = scratch.Take(ref offset, sizes.K, sizes.V);
        TTile qs = scratch.Take(ref offset, sizes.Chunk, sizes.K);
        TTile dkey = scratch.Take(ref offset, sizes.Chunk, sizes.K);
        TTile dvalue = scratch.Take(ref offset, sizes.Chunk, sizes.V);
        TTile pairs = scratch.Take(ref offset, sizes.Chunk, sizes.Chunk);
        TTile dgain = scratch.Take(ref offset, 1, 1);
        TTile gain = operands[3].Rows(0, 1, at.Head, at.Heads);
        LoadState(operands[4], sizes, at, at.StateIn, s);
        TTile.Clear(dgain);

        // In order: dq needs the states of the forward pass.
        for (int first = 0; first < at.Length; first += sizes.Chunk)
        {
            int rows = Math.Min(sizes.Chunk, at.Length - first);
            long row = at.Start + first;
            TTile q = operands[0].Rows(row, rows, at.Head, at.Heads), k = operands[1].Rows(row, rows, at.Head, at.Heads), v = operands[2].Rows(row, rows, at.Head, at.Heads);
            TTile d = operands[7].Rows(row, rows, at.Head, at.Heads);
            TTile dq = dkey.Block(0, rows, 0, sizes.K), x = qs.Block(0, rows, 0, sizes.K), p = pairs.Block(0, rows, 0, rows);
            TTile.Gram(p, d, v, Causal.Inclusive, Into.Set);
            TTile.ProductTransposed(dq, d, s, Into.Set);
            TTile.Product(dq, p, k, Into.Add);
            TTile.TransposedProduct(s, k, v, Into.Add);
            for (int i = x.FirstRow; i < x.Rows; i += x.RowStep)
            {
                for (int j = x.FirstColumn; j < x.Columns; j += x.ColumnStep)
                {
                    x.Store(i, j, q.Load(i, j) * dq.Load(i, j) * TNumber.Constant(sizes.Scale));
                }
            }

            TTile.Synchronize();
            TTile.Sum(dgain, x, Into.Add);
            Scaled<TTile, TNumber>(x, dq, gain, sizes.Scale);
            TTile.Copy(operands[9].Rows(row, rows, at.Head, at.Heads), x, Into.Set);
        }

        TTile.Copy(operands[12].Rows(at.Sequence, 1, at.Head, at.Heads), dgain, Into.Set);
        LoadState(operands[8], sizes, at, at.StateOut, s);
        for (int first = (at.Length - 1) / sizes.Chunk * sizes.Chunk; first >= 0; first -= sizes.Chunk)
        {
            int rows = Math.Min(sizes.Chunk, at.Length - first);
            long row = at.Start + first;
            TTile k = operands[1].Rows(row, rows, at.Head, at.Heads), v = operands[2].Rows(row, rows, at.Head, at.Heads), d = operands[7].Rows(row, rows, at.Head, at.Heads);
            TTile x = qs.Block(0, rows, 0, sizes.K), dk = dkey.Block(0, rows, 0, sizes.K), dv = dvalue.Block(0, rows, 0, sizes.V), p = pairs.Block(0, rows, 0, rows);
            Scaled<TTile, TNumber>(x, operands[0].Rows(row, rows, at.Head, at.Heads), gain, sizes.Scale);
            TTile.Gram(p, x, k, Causal.Inclusive, Into.Set);
            TTile.TransposedProduct(dv, p, d, Into.Set);
            TTile.Product(dv, k, s, Into.Add);
            TTile.Gram(p, d, v, Causal.Inclusive, Into.Set);
            TTile.TransposedProduct(dk, p, x, Into.Set);
            TTile.ProductTransposed(dk, v, s, Into.Add);
            TTile.TransposedProduct(s, x, d, Into.Add);
            TTile.Copy(operands[10].Rows(row, rows, at.Head, at.Heads), dk, Into.Set);
            TTile.Copy(operands[11].Rows(row, rows, at.Head, at.Heads), dv, Into.Set);
        }

        StoreState(operands[13], sizes, at, s, at.StateIn);
    }

    public static void Pass<TTile, TNumber>(KernelKind pass, ReadOnlySpan<Operand<TTile, TNumber>> operands, Sizes sizes, Work at, TTile scratch, Between<TTile> between)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber> => throw new NotSupportedException("The hand-written kernels of the tests have no passes.");

    public static long KeptElements(bool exact, Sizes sizes) => 0;

    public static long StateElements(Sizes sizes) => 0;

    public static MethodInfo Method<TTile, TNumber>(KernelKind kernel)
        where TTile : struct, IDeviceTile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber> =>
        throw new NotSupportedException("The hand-written kernels of the tests run on the host only.");

    public static DeviceLaunch<TTile, TNumber> Launcher<TTile, TNumber>(Kernel kernel)
        where TTile : struct, IDeviceTile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber> =>
        throw new NotSupportedException("The hand-written kernels of the tests run on the host only.");

    private static long Padded(int columns) => (columns + 15) / 16 * 16;

    private static void Scaled<TTile, TNumber>(TTile result, TTile x, TTile gain, float scale)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>
    {
        for (int i = result.FirstRow; i < result.Rows; i += result.RowStep)
        {
            for (int j = result.FirstColumn; j < result.Columns; j += result.ColumnStep)
            {
                result.Store(i, j, x.Load(i, j) * gain.Spread(0, 0) * TNumber.Constant(scale));
            }
        }

        TTile.Synchronize();
    }

    private static void LoadState<TTile, TNumber>(Operand<TTile, TNumber> states, Sizes sizes, Work at, long slot, TTile s)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>
    {
        if (!states.Present || slot < 0)
        {
            TTile.Clear(s);
        }
        else if (sizes.StateValueFirst != 0)
        {
            TTile.Transpose(s, states.Data.Block((((slot * at.Heads) + at.Head) * sizes.V) + at.Column, at.Columns, 0, sizes.K), Into.Set);
        }
        else
        {
            TTile.Copy(s, states.Data.Block(((slot * at.Heads) + at.Head) * sizes.K, sizes.K, at.Column, at.Columns), Into.Set);
        }
    }

    private static void StoreState<TTile, TNumber>(Operand<TTile, TNumber> states, Sizes sizes, Work at, TTile s, long slot)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>
    {
        if (!states.Present)
        {
            return;
        }

        if (sizes.StateValueFirst != 0)
        {
            TTile.Transpose(states.Data.Block((((slot * at.Heads) + at.Head) * sizes.V) + at.Column, at.Columns, 0, sizes.K), s, Into.Set);
        }
        else
        {
            TTile.Copy(states.Data.Block(((slot * at.Heads) + at.Head) * sizes.K, sizes.K, at.Column, at.Columns), s, Into.Set);
        }
    }
}
