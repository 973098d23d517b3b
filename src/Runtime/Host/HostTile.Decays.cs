using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AttentionDsl.Runtime;

/// <content>Sums over causal pairs with a decay.</content>
public readonly unsafe partial struct HostTile
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Decay(HostTile result, HostTile x, HostTile e, HostTile g, Causal causal, Into into)
    {
        float* row = Workspace.Of(result.Width);
        for (int j = 0; j < result.Columns; j++)
        {
            row[j] = *g.Row(j);
        }

        for (int i = 0; i < result.Rows; i++)
        {
            int allowed = Allowed(i, result.Rows, result.Columns, causal);
            float* from = x.Row(i), to = result.Row(i);
            Vector512<float> decay = Vector512.Create(*e.Row(i));
            int j = 0;
            for (; j < allowed; j += 16)
            {
                Vector512<float> mask = First(allowed - j);
                Vector512<float> w = LaneMath.Exp((decay - Vector512.Load(row + j)) & mask);
                Put(to + j, (Vector512.Load(from + j) * w) & mask, into);
            }

            for (; into == Into.Set && j < result.Columns; j += 16)
            {
                Vector512<float>.Zero.Store(to + j);
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>The host's kernels do not ask for it: the Gram is at hand there, in single precision.</remarks>
    public static void DecayAdjointParts(HostTile parts, HostTile w, HostTile l, HostTile r)
    {
        Clear(parts);
        float* sums = parts.Row(0);
        for (int i = 0; i < w.Rows; i++)
        {
            for (int j = 0; j < i; j++)
            {
                float* x = l.Row(i), y = r.Row(j);
                Vector512<float> products = default;
                for (int d = 0; d < l.Columns; d += 16)
                {
                    products = Vector512.FusedMultiplyAdd(Vector512.Load(x + d) & First(l.Columns - d), Vector512.Load(y + d), products);
                }

                float pair = w.Row(i)[j] * Vector512.Sum(products);
                sums[i] += pair;
                sums[j] -= pair;
            }
        }
    }

    /// <inheritdoc/>
    public static void DecayedGram(HostTile result, HostTile l, HostTile r, HostTile e, HostTile g, Causal causal)
    {
        if (e.data == g.data && result.Rows == result.Columns)
        {
            DecayedGramPair.Run(result, l, r, g, causal, Workspace.Of(DecayedGramPair.Elements(l)));
            return;
        }

        DecayedGramTile.Run(result, l, r, e, g, causal, Workspace.Of(DecayedGramTile.Elements(l)));
    }

    /// <inheritdoc/>
    public static void DecayedGrams(HostTile strict, HostTile other, HostTile l, HostTile m, HostTile r, HostTile e, HostTile g, Causal causal)
    {
        if (e.data == g.data && causal == Causal.Inclusive && strict.Rows == strict.Columns)
        {
            DecayedGramPair.Run(strict, other, l, m, r, g, Workspace.Of(DecayedGramPair.Elements(l)));
            return;
        }

        DecayedGram(strict, l, r, e, g, Causal.Strict);
        DecayedGram(other, m, r, e, g, causal);
    }

    /// <inheritdoc/>
    public static void DecayedGramAdjoint(HostTile dl, HostTile dr, HostTile de, HostTile dg, HostTile d, HostTile l, HostTile r, HostTile e, HostTile g, Causal causal)
    {
        if (e.data == g.data && d.Rows == d.Columns)
        {
            DecayedGramAdjointTile.Run(new(dl, d, l), default, dr, de, dg, r, g, causal);
            return;
        }

        long elements = DecayedSums.Elements(e, g);
        float* workspace = Workspace.Of(elements + ((long)Math.Max(d.Rows, d.Columns) * l.Width)), sum = workspace + elements;
        var sums = new DecayedSums(workspace, e, g, causal);
        sums.OverColumns(sum, d, r);
        Share(dl, de, new HostTile(sum, d.Rows, l.Columns, l.Width), l, Into.Add);
        sums.OverRows(sum, d, l);
        Share(dr, dg, new HostTile(sum, d.Columns, l.Columns, l.Width), r, Into.Subtract);
    }

    /// <inheritdoc/>
    public static void DecayedGramsAdjoint(
        HostTile dl, HostTile dm, HostTile dr, HostTile de, HostTile dg, HostTile dStrict, HostTile dOther, HostTile l, HostTile m, HostTile r, HostTile e, HostTile g, Causal causal)
    {
        if (e.data == g.data && dStrict.Rows == dStrict.Columns)
        {
            DecayedGramAdjointTile.Run(new(dl, dStrict, l), new(dm, dOther, m), dr, de, dg, r, g, causal);
            return;
        }

        DecayedGramAdjoint(dl, dr, de, dg, dStrict, l, r, e, g, Causal.Strict);
        DecayedGramAdjoint(dm, dr, de, dg, dOther, m, r, e, g, causal);
    }

    /// <inheritdoc/>
    public static void DecayedProduct(HostTile result, HostTile p, HostTile x, HostTile e, HostTile g, Causal causal, Into into)
    {
        long elements = DecayedSums.Elements(e, g);
        float* workspace = Workspace.Of(elements + ((long)p.Rows * x.Width)), sum = workspace + elements;
        new DecayedSums(workspace, e, g, causal).OverColumns(sum, p, x);
        Copy(result, new HostTile(sum, p.Rows, x.Columns, x.Width), into);
    }

    /// <inheritdoc/>
    public static void DecayedProductAdjoint(HostTile dp, HostTile dx, HostTile de, HostTile dg, HostTile d, HostTile p, HostTile x, HostTile e, HostTile g, Causal causal)
    {
        // dp is a decayed Gram of d and x; the sums are those of the product and of its transpose.
        long elements = DecayedSums.Elements(e, g), most = (long)Math.Max(p.Rows, p.Columns) * x.Width;
        long pairs = Padded.Elements(p.Rows, p.Columns);
        float* workspace = Workspace.Of(Math.Max(elements + most, pairs + DecayedGramTile.Elements(x))), sum = workspace + elements;
        var gram = new HostTile(workspace, p.Rows, p.Columns, p.Width);
        DecayedGramTile.Run(gram, d, x, e, g, causal, workspace + pairs);
        Copy(dp, gram, Into.Add);

        var sums = new DecayedSums(workspace, e, g, causal);
        sums.OverColumns(sum, p, x);
        AddProduct(de, new HostTile(sum, p.Rows, x.Columns, x.Width), d, Into.Add);
        sums.OverRows(sum, p, d);
        Share(dx, dg, new HostTile(sum, p.Columns, x.Columns, x.Width), x, Into.Subtract);
    }

    /// <summary>dx += d; dDecay (+=, -=) x d.</summary>
    private static void Share(HostTile dx, HostTile dDecay, HostTile d, HostTile x, Into decay)
    {
        Copy(dx, d, Into.Add);
        AddProduct(dDecay, d, x, decay);
    }

    /// <summary>result (+=, -=) x y, element by element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddProduct(HostTile result, HostTile x, HostTile y, Into into)
    {
        for (int i = 0; i < result.Rows; i++)
        {
            float* to = result.Row(i), a = x.Row(i), b = y.Row(i);
            for (int j = 0; j < result.Columns; j += 16)
            {
                Put(to + j, Vector512.Load(a + j) * Vector512.Load(b + j), into);
            }
        }
    }
}
