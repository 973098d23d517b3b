namespace AttentionDsl.Runtime;

/// <summary>How a kernel's state stands in the caller's tensor: K x V (or V x K) rows for each slot and value head.</summary>
public static class States
{
    /// <summary>Reads the item's state; zero if the tensor was not given or the slot is negative.</summary>
    /// <param name="state">The kernel's state: keys x values, or values x keys if <paramref name="swapped"/>; perhaps a range of the value columns.</param>
    /// <param name="states">The caller's states.</param>
    /// <param name="sizes">The sizes.</param>
    /// <param name="at">The item.</param>
    /// <param name="slot">The slot.</param>
    /// <param name="swapped">True if the kernel's state is the caller's transposed.</param>
    public static void Load<TTile, TNumber>(TTile state, Operand<TTile, TNumber> states, Sizes sizes, Work at, long slot, bool swapped)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>
    {
        Begin(state, states, sizes, at, slot, swapped);
        TTile.Arrive();
    }

    /// <summary>
    /// Makes a state the item's: where the backend can work in the caller's memory and the state is updated in place, that memory itself;
    /// else a copy, to be stored when all tokens are done; it is there after <see cref="ITile{TSelf, TNumber}.Arrive"/>.
    /// </summary>
    /// <param name="state">The kernel's state; scratch when it comes in.</param>
    /// <param name="read">The caller's states before the call.</param>
    /// <param name="written">The caller's states after it.</param>
    /// <param name="sizes">The sizes.</param>
    /// <param name="at">The item.</param>
    /// <param name="swapped">True if the kernel's state is the caller's transposed.</param>
    /// <returns>True if the state is the caller's memory: there is nothing to store.</returns>
    public static bool Open<TTile, TNumber>(
        ref TTile state, Operand<TTile, TNumber> read, Operand<TTile, TNumber> written, Sizes sizes, Work at, bool swapped)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>
    {
        if (read.Present && written.Present && at.StateIn >= 0 && at.StateIn == at.StateOut && !Transposed(sizes, swapped))
        {
            TTile own = Of(state, read, sizes, at, at.StateIn, swapped);
            if (TTile.WorksIn(own, Of(state, written, sizes, at, at.StateOut, swapped)))
            {
                state = own;
                return true;
            }
        }

        Begin(state, read, sizes, at, at.StateIn, swapped);
        return false;
    }

    /// <summary>Sends the last token's state straight to the caller: where the backend can write there, that memory takes the place of the kernel's.</summary>
    /// <param name="last">Where the last token's state is written; the kernel's state when it comes in.</param>
    /// <param name="written">The caller's states after the call.</param>
    /// <param name="sizes">The sizes.</param>
    /// <param name="at">The item.</param>
    /// <param name="swapped">True if the kernel's state is the caller's transposed.</param>
    /// <returns>True if it is the caller's memory: there is nothing to store.</returns>
    public static bool Last<TTile, TNumber>(ref TTile last, Operand<TTile, TNumber> written, Sizes sizes, Work at, bool swapped)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>
    {
        if (written.Present && at.StateOut >= 0 && !Transposed(sizes, swapped))
        {
            TTile own = Of(last, written, sizes, at, at.StateOut, swapped);
            if (TTile.WritesTo(own))
            {
                last = own;
                return true;
            }
        }

        return false;
    }

    /// <summary>Writes the item's state; nothing if the tensor was not given or the slot is negative.</summary>
    /// <inheritdoc cref="Load"/>
    public static void Store<TTile, TNumber>(TTile state, Operand<TTile, TNumber> states, Sizes sizes, Work at, long slot, bool swapped)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>
    {
        if (!states.Present || slot < 0)
        {
            return;
        }

        if (Transposed(sizes, swapped))
        {
            TTile.Transpose(Of(state, states, sizes, at, slot, swapped), state, Into.Set);
        }
        else
        {
            TTile.Copy(Of(state, states, sizes, at, slot, swapped), state, Into.Set);
        }
    }

    private static void Begin<TTile, TNumber>(TTile state, Operand<TTile, TNumber> states, Sizes sizes, Work at, long slot, bool swapped)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>
    {
        if (!states.Present || slot < 0)
        {
            TTile.Clear(state);
        }
        else if (Transposed(sizes, swapped))
        {
            TTile.Transpose(state, Of(state, states, sizes, at, slot, swapped), Into.Set);
        }
        else
        {
            TTile.Fetch(state, Of(state, states, sizes, at, slot, swapped));
        }
    }

    private static bool Transposed(Sizes sizes, bool swapped) => (sizes.StateValueFirst != 0) != swapped;

    /// <summary>The caller's matrix for the slot and head: all of it, or the range of value columns that the item computes.</summary>
    private static TTile Of<TTile, TNumber>(TTile state, Operand<TTile, TNumber> states, Sizes sizes, Work at, long slot, bool swapped)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>
    {
        int rows = Transposed(sizes, swapped) ? state.Columns : state.Rows, columns = Transposed(sizes, swapped) ? state.Rows : state.Columns;
        bool valueRows = sizes.StateValueFirst != 0;
        int values = swapped ? state.Rows : state.Columns;

        // A kernel whose state has fewer value columns than the caller's works on the range that begins at the item's column.
        int all = Math.Max(values, sizes.V);
        int from = values < all ? at.Column : 0;
        long height = valueRows ? all : swapped ? state.Columns : state.Rows;
        long row = (((slot * at.Heads) + at.Head) * height) + (valueRows ? from : 0);
        return states.Data.Block(row, rows, valueRows ? 0 : from, columns);
    }
}
