namespace AttentionDsl.Runtime;

/// <summary>
/// Borders between segments (see <see cref="Borders"/>) where a segment does nothing to the state that it is handed but let its rows decay: the transition is
/// diagonal, exp(D) with D the sum of the log decays of its tokens, one for a head or one a row of the state. Nobody follows the states over the borders: a walk begins
/// by adding up what the segments before it hand on, H_b = exp(D_b) H_(b-1) + B_b, from the sequence's first border to its own, always in this order. On the way
/// back it adds up dH_b = exp(D_(b+1)) dH_(b+1) + C_(b+1) from the last border on.
/// </summary>
/// <remarks>
/// <see cref="Between{TTile}.Borders"/> has a stretch for every border and value head: K x V for what the segment before it hands on by itself (B; on the way back C,
/// of the segment after it), and K for the log decay D of the segment before it.
/// </remarks>
public static class DiagonalBorders
{
    /// <summary>Elements of a border's stretch.</summary>
    /// <param name="sizes">The sizes.</param>
    public static long Elements(Sizes sizes) => Padded.Elements(sizes.K, sizes.V) + Padded.Elements(1, sizes.K);

    /// <summary>Reads the state with which an item begins: the caller's, or that at its border.</summary>
    /// <param name="state">K x value columns of the item.</param>
    /// <param name="states">The caller's states.</param>
    /// <param name="between">The workspace.</param>
    /// <param name="sizes">The sizes.</param>
    /// <param name="at">The item.</param>
    /// <param name="slot">Slot of the caller's state.</param>
    /// <param name="decays">Log decays of a segment: one a row of the state, one for all, or 0, none.</param>
    /// <param name="back">True for the gradient of a state.</param>
    public static void Load<TTile, TNumber>(TTile state, Operand<TTile, TNumber> states, Between<TTile> between, Sizes sizes, Work at, long slot, int decays, bool back)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>
    {
        if (at.Border == 0)
        {
            States.Load<TTile, TNumber>(state, states, sizes, at, slot, false);
            return;
        }

        int step = back ? -1 : 1, left = at.Borders - 1;
        long border = at.Border - 1L - (step * left);
        TTile.Fetch(state, State<TTile, TNumber>(between, sizes, at, border));
        TTile.Arrive();

        // Two at a time: the second is on its way while the first is added.
        for (; left >= 2; left -= 2, border += 2 * step)
        {
            Add<TTile, TNumber>(state, between, sizes, at, border + step, decays, back);
            Add<TTile, TNumber>(state, between, sizes, at, border + (2 * step), decays, back);
        }

        if (left == 1)
        {
            Add<TTile, TNumber>(state, between, sizes, at, border + step, decays, back);
        }

        TTile.Synchronize();
    }

    /// <summary>Lets the state decay by the segment that lies before a border, on either way, and adds what stands at the border.</summary>
    private static void Add<TTile, TNumber>(TTile state, Between<TTile> between, Sizes sizes, Work at, long border, int decays, bool back)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>
    {
        if (decays == 0)
        {
            TTile.Copy(state, State<TTile, TNumber>(between, sizes, at, border), Into.Add);
            return;
        }

        // The segment stands before the later of its two borders.
        TTile.DecayAndAdd(state, Decay<TTile, TNumber>(between, sizes, at, back ? border + 1 : border, decays), State<TTile, TNumber>(between, sizes, at, border));
    }

    /// <summary>Leaves at its border what an item of <see cref="KernelKind.Carry"/> or <see cref="KernelKind.CarryBack"/> hands on.</summary>
    /// <inheritdoc cref="Load"/>
    public static void Store<TTile, TNumber>(TTile state, Between<TTile> between, Sizes sizes, Work at)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber> =>
        TTile.Copy(State<TTile, TNumber>(between, sizes, at, at.Border - 1L), state, Into.Set);

    /// <summary>Leaves there the log decay of an item's tokens, which all value columns share.</summary>
    /// <param name="decay">A row, with one for every row of the state or one for all.</param>
    /// <param name="between">The workspace.</param>
    /// <param name="sizes">The sizes.</param>
    /// <param name="at">The item.</param>
    public static void StoreDecay<TTile, TNumber>(TTile decay, Between<TTile> between, Sizes sizes, Work at)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>
    {
        if (at.Column == 0)
        {
            TTile.Copy(Decay<TTile, TNumber>(between, sizes, at, at.Border - 1L, decay.Columns), decay, Into.Set);
        }
    }

    /// <summary>The state at a border, in the item's value columns.</summary>
    private static TTile State<TTile, TNumber>(Between<TTile> between, Sizes sizes, Work at, long border)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>
    {
        long offset = ((border * at.Heads) + at.Head) * Elements(sizes);
        return between.Borders.Take(ref offset, sizes.K, sizes.V).Block(0, sizes.K, at.Column, at.Columns);
    }

    /// <summary>The log decay of the segment before a border.</summary>
    private static TTile Decay<TTile, TNumber>(Between<TTile> between, Sizes sizes, Work at, long border, int decays)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>
    {
        long offset = (((border * at.Heads) + at.Head) * Elements(sizes)) + Padded.Elements(sizes.K, sizes.V);
        return between.Borders.Take(ref offset, 1, decays);
    }
}
