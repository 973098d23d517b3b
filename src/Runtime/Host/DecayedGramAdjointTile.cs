using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AttentionDsl.Runtime;

/// <summary>
/// The derivative of one decayed Gram, or of two of the same columns (see <see cref="DecayedGramPair"/>), with one decay g for rows and
/// columns. Eight rows are a block: its pairs with the block itself carry their decay from row to row (see <see cref="DecayedSums"/>), its
/// pairs with all earlier rows are products of factors that are decayed to the block's first row. No exponent is positive.
/// </summary>
internal readonly unsafe ref partial struct DecayedGramAdjointTile
{
    private const int Block = 8;

    // Channels worked on at a time: what stands between the loops stays in the first cache.
    private const int Panel = 64;

    private readonly DecayedGramSide first;
    private readonly DecayedGramSide second;
    private readonly HostTile r;
    private readonly HostTile g;
    private readonly int rows;
    private readonly int sides;

    // exp(g_i - g_(i-1)) of every row; the columns as a block sees them, later their sums over rows; the sums over columns and the rows as their
    // block sees them, block by block, side by side; the weights of a block's rows with earlier ones, in the same order.
    private readonly float* steps;
    private readonly float* right;
    private readonly float* sums;
    private readonly float* left;
    private readonly float* weights;

    private DecayedGramAdjointTile(DecayedGramSide first, DecayedGramSide second, HostTile r, HostTile g, float* workspace)
    {
        this.first = first;
        this.second = second;
        this.r = r;
        this.g = g;
        rows = r.Rows;
        sides = second.Present ? 2 : 1;
        steps = workspace;
        right = steps + (rows * Panel);
        sums = right + (rows * Panel);
        left = sums + (2 * rows * Panel);
        weights = left + (2 * Block * Panel);
    }

    private static long Elements(int rows) => (4L * rows * Panel) + (2 * Block * Panel) + (2L * rows * rows);

    /// <summary>
    /// Of each side dl_i += sum over j &lt; i of d_ij w_ij r_j, and dr_j += sum over i &gt; j of w_ij (d_ij l_i of one side, and of the other),
    /// with w_ij = exp(g_i - g_j) for every channel; de += l * (that dl), dg -= r * (that dr).
    /// </summary>
    /// <param name="first">One Gram's rows.</param>
    /// <param name="second">The other's; default if there is none.</param>
    /// <param name="dr">The gradient of the columns.</param>
    /// <param name="de">The gradient of the rows' decay.</param>
    /// <param name="dg">The gradient of the columns' decay; it may be <paramref name="de"/>.</param>
    /// <param name="r">The columns.</param>
    /// <param name="g">The decay.</param>
    /// <param name="causal">Whether the last side has pairs of a row with itself.</param>
    public static void Run(DecayedGramSide first, DecayedGramSide second, HostTile dr, HostTile de, HostTile dg, HostTile r, HostTile g, Causal causal)
    {
        var tile = new DecayedGramAdjointTile(first, second, r, g, Workspace.Of(Elements(r.Rows)));
        tile.Stack();
        for (int c = 0; c < r.Width; c += Panel)
        {
            int width = Math.Min(Panel, r.Width - c);
            tile.Step(c, width);
            tile.OverColumns(c, width);
            tile.OverRows(c, width);
            tile.Share(dr, de, dg, causal, c, width);
        }
    }

    /// <summary>A block's weights with all earlier rows, both sides one below the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Stack()
    {
        for (int from = Block; from < rows; from += Block)
        {
            float* to = Weights(from);
            for (int side = 0; side < sides; side++)
            {
                HostTile d = side == 0 ? first.D : second.D;
                for (int i = from; i < Math.Min(from + Block, rows); i++, to += rows)
                {
                    for (int j = 0; j < from; j += Block)
                    {
                        Vector256.Load(d.Row(i) + j).Store(to + j);
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Step(int c, int width)
    {
        for (int i = 1; i < rows; i++)
        {
            DecayedGramTile.Exp(steps + (i * Panel), g.Row(i) + c, g.Row(i - 1) + c, width);
        }
    }

    /// <summary>sum_i = sum over j &lt; i of d_ij w_ij r_j, of each side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void OverColumns(int c, int width)
    {
        for (int from = 0; from < rows; from += Block)
        {
            int end = Math.Min(from + Block, rows), stacked = sides * (end - from);
            if (from == 0)
            {
                new Span<float>(Sums(0), stacked * Panel).Clear();
            }
            else
            {
                RegisterTile.Multiply(Sums(from), Panel, Weights(from), rows, 1, right, Panel, stacked, width, from, Into.Set);
            }

            for (int at = 0; at < width; at += 16)
            {
                // With its first columns the block's rows also take up the decay of what earlier blocks gave them.
                Columns4<Decays>(from, end, from, c, at);
                Columns4<Stays>(from, end, from + 4, c, at);
                if (end < rows)
                {
                    Onward(from, end, at);
                }
            }
        }
    }

    /// <summary>In place of the decayed columns: sum_j = sum over i &gt; j of w_ij (d_ij l_i of one side, and of the other).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void OverRows(int c, int width)
    {
        for (int from = (rows - 1) / Block * Block; from >= 0; from -= Block)
        {
            int end = Math.Min(from + Block, rows);
            for (int at = 0; at < width; at += 16)
            {
                Rows4(end, from, c, at);
                Rows4(end, from + 4, c, at);
                if (from > 0)
                {
                    Decay(first.L, left, from, end, c, at);
                    if (sides == 2)
                    {
                        Decay(second.L, left + ((end - from) * Panel), from, end, c, at);
                    }

                    if (end < rows)
                    {
                        Onward(from, end, at);
                    }
                }
            }

            RegisterTile.Multiply(right, Panel, Weights(from), 1, rows, left, Panel, from, width, sides * (end - from), end < rows ? Into.Add : Into.Set);
        }
    }

    /// <summary>Adds the sums to the gradients, and what a row's pair with itself gives: it has no decay.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Share(HostTile dr, HostTile de, HostTile dg, Causal causal, int c, int width)
    {
        bool two = sides == 2;
        HostTile last = two ? second.D : first.D;
        for (int i = 0; i < rows; i++)
        {
            int from = i / Block * Block;
            float* one = Sums(from) + ((i - from) * Panel), other = one + (Math.Min(Block, rows - from) * Panel), below = right + (i * Panel);
            float* l = first.L.Row(i) + c, dl = first.Gradient.Row(i) + c, m = two ? second.L.Row(i) + c : l, dm = two ? second.Gradient.Row(i) + c : dl;
            float* column = r.Row(i) + c, dColumn = dr.Row(i) + c, up = de.Row(i) + c, down = dg.Row(i) + c;
            Vector512<float> own = causal == Causal.Inclusive ? Vector512.Create(last.Row(i)[i]) : default;
            for (int at = 0; at < width; at += 16)
            {
                Vector512<float> x = Vector512.Load(m + at), y = Vector512.Load(column + at), decay = default;
                Vector512<float> sum = Vector512.Load((two ? other : one) + at);
                if (two)
                {
                    Vector512<float> z = Vector512.Load(one + at);
                    decay = z * Vector512.Load(l + at);
                    Add(dl + at, z);
                }

                Add(up + at, Vector512.FusedMultiplyAdd(sum, x, decay));
                Add(dm + at, Vector512.FusedMultiplyAdd(own, y, sum));
                sum = Vector512.Load(below + at);
                Add(down + at, -(y * sum));
                Add(dColumn + at, Vector512.FusedMultiplyAdd(own, x, sum));
            }
        }
    }

    private float* Sums(int from) => sums + (sides * from * Panel);

    private float* Weights(int from) => weights + (sides * from * rows);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float* at, Vector512<float> x) => (Vector512.Load(at) + x).Store(at);
}

/// <summary>The rows of a decayed Gram whose derivative is taken.</summary>
internal readonly ref struct DecayedGramSide(HostTile gradient, HostTile d, HostTile l)
{
    /// <summary>What is added to.</summary>
    public HostTile Gradient { get; } = gradient;

    /// <summary>The gradient of the Gram.</summary>
    public HostTile D { get; } = d;

    /// <summary>The rows.</summary>
    public HostTile L { get; } = l;

    /// <summary>False of a default one.</summary>
    public bool Present => L.Rows > 0;
}
