using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AttentionDsl.Runtime;

/// <content>Products.</content>
public readonly unsafe partial struct HostTile
{
    /// <inheritdoc/>
    public static void Product(HostTile result, HostTile a, HostTile b, Into into)
    {
        if (result.Rows == 1)
        {
            Read(result, a, b, into);
        }
        else
        {
            RegisterTile.Multiply(result.data, result.stride, a.data, a.stride, 1, b.data, b.stride, result.Rows, result.Width, a.Columns, into);
        }
    }

    /// <inheritdoc/>
    public static void TransposedProduct(HostTile result, HostTile a, HostTile b, Into into) =>
        RegisterTile.Multiply(result.data, result.stride, a.data, 1, a.stride, b.data, b.stride, result.Rows, result.Width, a.Rows, into);

    /// <inheritdoc/>
    public static void ProductTransposed(HostTile result, HostTile a, HostTile b, Into into)
    {
        // The smaller factor is the one to turn: a^T, then b a^T, turned on its way into the result.
        if (b.Rows > a.Rows)
        {
            long elements = Padded.Elements(a.Columns, a.Rows);
            float* workspace = Workspace.Of(elements + Padded.Elements(b.Rows, a.Rows));

            // By registers or through memory, the same sums.
            if (Avx.IsSupported && a.Rows % 16 == 0 && b.Rows % 8 == 0)
            {
                HostTile turned = Turned(a, workspace);
                RegisterTile.MultiplyTurned(result.data, result.stride, b.data, b.stride, turned.data, turned.stride, b.Rows, a.Rows, a.Columns, into);
                return;
            }

            var product = new HostTile(workspace + elements, b.Rows, a.Rows, (a.Rows + 15) & ~15);
            Product(product, b, Turned(a, workspace), Into.Set);
            Transpose(result, product, into);
            return;
        }

        Product(result, a, Turned(b, Workspace.Of(Padded.Elements(b.Columns, b.Rows))), into);
    }

    /// <inheritdoc/>
    public static void AddExactProduct(HostTile result, HostTile a, HostTile b) => Product(result, a, b, Into.Add);

    /// <inheritdoc/>
    public static void AddExactTransposedProduct(HostTile result, HostTile a, HostTile b) => TransposedProduct(result, a, b, Into.Add);

    /// <inheritdoc/>
    public static void Gram(HostTile result, HostTile l, HostTile r, Causal causal, Into into)
    {
        // Whichever way is taken, a row's numbers do not hang on how many rows there are. Turning r is cheap beside sums along the rows that half a register each takes.
        if (Avx512F.IsSupported && RegisterDots.Takes(l.Columns) && l.Rows == r.Rows)
        {
            GramOfFours(result, l, r, causal, into);
            return;
        }

        long elements = Padded.Elements(r.Columns, r.Rows);
        float* workspace = Workspace.Of(elements + (8 * result.Width));
        HostTile turned = Turned(r, workspace);
        for (int i = 0; i < result.Rows; i += 8)
        {
            // Eight rows at a time, as many columns as the last of them needs; what a row does not have of them is masked.
            int rows = Math.Min(8, result.Rows - i);
            int columns = (Allowed(i + rows - 1, result.Rows, result.Columns, causal) + 15) & ~15;
            HostTile some = new(workspace + elements, rows, columns, result.Width);
            RegisterTile.Multiply(some.data, some.stride, l.Row(i), l.stride, 1, turned.data, turned.stride, rows, columns, l.Columns, Into.Set);
            for (int row = i; row < i + rows; row++)
            {
                PutMasked(result, row, some.Row(row - i), Allowed(row, result.Rows, result.Columns, causal), into);
            }
        }
    }

    /// <summary>Four rows and four columns at a time; of those on the diagonal what a row does not have is masked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GramOfFours(HostTile result, HostTile l, HostTile r, Causal causal, Into into)
    {
        Vector512<float> allowed = RegisterDots.Allowed(causal);
        for (int i = 0; i < result.Rows; i += RegisterDots.Rows)
        {
            int rows = Math.Min(RegisterDots.Rows, result.Rows - i), j = 0;
            for (; j <= i; j += RegisterDots.Rows)
            {
                int columns = Math.Min(RegisterDots.Rows, result.Rows - j);
                Vector512<float> x = RegisterDots.Four(l.Row(i), l.stride, rows, r.Row(j), r.stride, columns, l.Columns);
                RegisterDots.Put(result.Row(i) + j, result.stride, rows, j == i ? x & allowed : x, into);
            }

            for (; into == Into.Set && j < result.Columns; j += RegisterDots.Rows)
            {
                RegisterDots.Put(result.Row(i) + j, result.stride, rows, default, into);
            }
        }
    }

    /// <summary>One row of a causal matrix: the allowed columns of x, then zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PutMasked(HostTile result, int row, float* x, int allowed, Into into)
    {
        float* to = result.Row(row);
        int j = 0;
        for (; j < allowed; j += 16)
        {
            Put(to + j, Vector512.Load(x + j) & First(allowed - j), into);
        }

        for (; into == Into.Set && j < result.Columns; j += 16)
        {
            Vector512<float>.Zero.Store(to + j);
        }
    }

    /// <summary>The transposed matrix, in memory that is given.</summary>
    private static HostTile Turned(HostTile x, float* memory)
    {
        HostTile turned = new(memory, x.Columns, x.Rows, (x.Rows + 15) & ~15);
        Transpose(turned, x, Into.Set);
        return turned;
    }
}
