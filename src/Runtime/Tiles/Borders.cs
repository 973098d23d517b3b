namespace AttentionDsl.Runtime;

/// <summary>
/// Where a sequence is cut into segments that run at the same time. A segment maps the state linearly, S_out = A S_in + B, with one A (its transition,
/// K x K) for all value columns; so the states at the borders between segments are known before any segment is computed: H_b = A_b H_(b-1) + B_b. On the
/// way back the gradient of a state goes through the transposed transition: dH_b = A_(b+1)^T dH_(b+1) + C_(b+1). (Where A is diagonal: <see cref="DiagonalBorders"/>.)
/// </summary>
/// <remarks>
/// <see cref="Between{TTile}.Borders"/> has a stretch for every border and value head: K x V for the state or its gradient, first what the segment beside
/// it hands on by itself (B, C), then all of it; and K x K for the transition from the border before.
/// </remarks>
public static class Borders
{
    // Numbers of a transition that stand in scratch at a time.
    private const int PartNumbers = 16384;

    /// <summary>Elements of a border's stretch.</summary>
    /// <param name="sizes">The sizes.</param>
    public static long Elements(Sizes sizes) => Padded.Elements(sizes.K, sizes.V) + Padded.Elements(sizes.K, sizes.K);

    /// <summary>Scratch elements of <see cref="Compose"/>.</summary>
    /// <param name="sizes">The sizes; V: value columns of an item.</param>
    public static long Scratch(Sizes sizes) => Padded.Elements(2 * Padded.Rows(sizes.K, sizes), sizes.V, sizes) + (2 * PartElements(sizes));

    /// <summary>Reads the state with which an item begins: that at its border, or the caller's.</summary>
    /// <param name="state">K x value columns of the item.</param>
    /// <param name="states">The caller's states.</param>
    /// <param name="between">The workspace.</param>
    /// <param name="sizes">The sizes.</param>
    /// <param name="at">The item.</param>
    /// <param name="slot">Slot of the caller's state.</param>
    public static void Load<TTile, TNumber>(TTile state, Operand<TTile, TNumber> states, Between<TTile> between, Sizes sizes, Work at, long slot)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>
    {
        if (at.Border == 0)
        {
            States.Load<TTile, TNumber>(state, states, sizes, at, slot, false);
        }
        else
        {
            TTile.Fetch(state, State<TTile, TNumber>(between, sizes, at, at.Border - 1));
            TTile.Arrive();
        }
    }

    /// <summary>What an item of <see cref="KernelKind.Carry"/> or <see cref="KernelKind.CarryBack"/> begins with: columns of the identity, the caller's state, or zero.</summary>
    /// <inheritdoc cref="Load"/>
    public static void Begin<TTile, TNumber>(TTile state, Operand<TTile, TNumber> states, Sizes sizes, Work at, long slot)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>
    {
        if (at.Homogeneous != 0)
        {
            TTile.Identity(state, at.Column);
            TTile.Synchronize();
        }
        else
        {
            States.Load<TTile, TNumber>(state, states, sizes, at, slot, false);
        }
    }

    /// <summary>Leaves at its border what an item of <see cref="KernelKind.Carry"/> or <see cref="KernelKind.CarryBack"/> hands on.</summary>
    /// <inheritdoc cref="Load"/>
    public static void Store<TTile, TNumber>(TTile state, Between<TTile> between, Sizes sizes, Work at)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>
    {
        if (at.Homogeneous != 0)
        {
            TTile.Copy(Transition<TTile, TNumber>(between, sizes, at, at.Border - 1).Block(0, sizes.K, at.Column, at.Columns), state, Into.Set);
        }
        else
        {
            TTile.Copy(State<TTile, TNumber>(between, sizes, at, at.Border - 1), state, Into.Set);
        }
    }

    /// <summary>Works out the states at the borders of a sequence, in order; or their gradients, from the last border to the first.</summary>
    /// <param name="between">The workspace.</param>
    /// <param name="sizes">The sizes.</param>
    /// <param name="at">The item: as many borders as <see cref="Work.Length"/> says, from <see cref="Work.Border"/> on.</param>
    /// <param name="scratch">Scratch.</param>
    /// <param name="back">True for gradients.</param>
    public static void Compose<TTile, TNumber>(Between<TTile> between, Sizes sizes, Work at, TTile scratch, bool back)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>
    {
        int parts = (sizes.K + Part(sizes) - 1) / Part(sizes), steps = (at.Length - 1) * parts;
        if (steps <= 0)
        {
            return;
        }

        // A transition comes in parts, rows (columns on the way back), each while the one before is multiplied.
        long offset = 0, from = at.Border - 1L + (back ? at.Length - 1 : 0);
        int room = Padded.Rows(sizes.K, sizes);
        TTile rooms = scratch.Take(ref offset, 2 * room, at.Columns);
        TTile.Fetch(rooms.Block(0, sizes.K, 0, at.Columns), State<TTile, TNumber>(between, sizes, at, from));
        TTile.Fetch(PartOf<TTile, TNumber>(scratch, offset, sizes, 0, back), FarPart<TTile, TNumber>(between, sizes, at, 0, back));
        for (int step = 0; step < steps; step++)
        {
            int done = (step / parts) + 1, row = step % parts * Part(sizes);
            TTile before = rooms.Block(((done - 1) & 1) * room, sizes.K, 0, at.Columns), here = rooms.Block((done & 1) * room, sizes.K, 0, at.Columns);
            TTile state = State<TTile, TNumber>(between, sizes, at, back ? from - done : from + done), part = PartOf<TTile, TNumber>(scratch, offset, sizes, step, back);
            if (row == 0)
            {
                TTile.Fetch(here, state);
            }

            TTile.Arrive();
            if (step + 1 < steps)
            {
                TTile.Fetch(PartOf<TTile, TNumber>(scratch, offset, sizes, step + 1, back), FarPart<TTile, TNumber>(between, sizes, at, step + 1, back));
            }

            if (back)
            {
                TTile.AddExactTransposedProduct(here.Block(row, part.Columns, 0, at.Columns), part, before);
            }
            else
            {
                TTile.AddExactProduct(here.Block(row, part.Rows, 0, at.Columns), part, before);
            }

            if (row + Part(sizes) >= sizes.K)
            {
                TTile.Synchronize();
                TTile.Copy(state, here, Into.Set);
            }
        }

        TTile.Arrive();
    }

    /// <summary>Rows of a transition that stand in scratch at a time.</summary>
    private static int Part(Sizes sizes) => Math.Min(sizes.K, Math.Max(16, PartNumbers / sizes.K / 16 * 16));

    /// <summary>Elements of scratch that a part takes.</summary>
    private static long PartElements(Sizes sizes) => Math.Max(Padded.Elements(Part(sizes), sizes.K, sizes), Padded.Elements(sizes.K, Part(sizes), sizes));

    /// <summary>Where the part of a step stands in scratch: one after the other takes turns.</summary>
    private static TTile PartOf<TTile, TNumber>(TTile scratch, long offset, Sizes sizes, int step, bool back)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>
    {
        int parts = (sizes.K + Part(sizes) - 1) / Part(sizes), count = Math.Min(Part(sizes), sizes.K - (step % parts * Part(sizes)));
        offset += step % 2 * PartElements(sizes);
        return back ? scratch.Take(ref offset, sizes.K, count) : scratch.Take(ref offset, count, sizes.K);
    }

    /// <summary>The part of a step in the workspace. A gradient comes back through the transition to the border that it comes from.</summary>
    private static TTile FarPart<TTile, TNumber>(Between<TTile> between, Sizes sizes, Work at, int step, bool back)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>
    {
        int parts = (sizes.K + Part(sizes) - 1) / Part(sizes), done = step / parts, row = step % parts * Part(sizes), count = Math.Min(Part(sizes), sizes.K - row);
        TTile transition = Transition<TTile, TNumber>(between, sizes, at, at.Border - 1L + (back ? at.Length - 1 - done : done + 1));
        return back ? transition.Block(0, sizes.K, row, count) : transition.Block(row, count, 0, sizes.K);
    }

    /// <summary>The state at a border, in the item's value columns.</summary>
    private static TTile State<TTile, TNumber>(Between<TTile> between, Sizes sizes, Work at, long border)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>
    {
        long offset = ((border * at.Heads) + at.Head) * Elements(sizes);
        return between.Borders.Take(ref offset, sizes.K, sizes.V).Block(0, sizes.K, at.Column, at.Columns);
    }

    /// <summary>The transition to a border from the one before.</summary>
    private static TTile Transition<TTile, TNumber>(Between<TTile> between, Sizes sizes, Work at, long border)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>
    {
        long offset = (((border * at.Heads) + at.Head) * Elements(sizes)) + Padded.Elements(sizes.K, sizes.V);
        return between.Borders.Take(ref offset, sizes.K, sizes.K);
    }
}
