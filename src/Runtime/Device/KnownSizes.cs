namespace AttentionDsl.Runtime;

/// <summary>
/// What a device kernel knows of its sizes when it is compiled. A kernel that knows them has addresses, bounds and loops that the compiler works
/// out; it is compiled anew for other sizes.
/// </summary>
public interface IKnownSizes
{
    /// <summary>The sizes of a launch, constants where they are known.</summary>
    /// <param name="sizes">The sizes the launch came with.</param>
    static abstract Sizes Of(Sizes sizes);

    /// <summary>An item of the launch; its value columns are a constant where they are known.</summary>
    /// <param name="item">The item.</param>
    static abstract Work Of(Work item);

    /// <summary>How the numbers of an operand stand in memory, as its tile names it; negative: not known.</summary>
    /// <param name="operand">Index of the operand.</param>
    static abstract int Element(int operand);
}

/// <summary>Nothing is known: one kernel serves all sizes.</summary>
public readonly struct AnySizes : IKnownSizes
{
    /// <inheritdoc/>
    public static Sizes Of(Sizes sizes) => sizes;

    /// <inheritdoc/>
    public static Work Of(Work item) => item;

    /// <inheritdoc/>
    public static int Element(int operand) => -1;
}

/// <summary>A kernel for one K, V, chunk length, number of updates a token, number of value columns an item, and tensors of these elements.</summary>
/// <typeparam name="TK">Key channels.</typeparam>
/// <typeparam name="TV">Value channels.</typeparam>
/// <typeparam name="TChunk">Tokens a chunk.</typeparam>
/// <typeparam name="TUpdates">State updates a token.</typeparam>
/// <typeparam name="TColumns">Value columns of every item; 0: they differ.</typeparam>
/// <typeparam name="TElements">Two bits for every operand: its <see cref="CudaElement"/>.</typeparam>
internal readonly struct TheseSizes<TK, TV, TChunk, TUpdates, TColumns, TElements> : IKnownSizes
    where TK : struct, INatural
    where TV : struct, INatural
    where TChunk : struct, INatural
    where TUpdates : struct, INatural
    where TColumns : struct, INatural
    where TElements : struct, INatural
{
    public static Sizes Of(Sizes sizes)
    {
        sizes.K = (int)TK.Value;
        sizes.V = (int)TV.Value;
        sizes.Chunk = (int)TChunk.Value;
        sizes.Updates = (int)TUpdates.Value;
        sizes.RowPadding = CudaTile.RowPadding;
        return sizes;
    }

    public static Work Of(Work item)
    {
        if (TColumns.Value != 0)
        {
            item.Columns = (int)TColumns.Value;
        }

        return item;
    }

    public static int Element(int operand) => (int)(TElements.Value >> (2 * operand)) & 3;
}

/// <summary>The types that say which sizes a kernel knows.</summary>
internal static class KnownSizes
{
    /// <summary>The type for these sizes, items and operands.</summary>
    public static Type Of(Sizes sizes, Work[] work, IEnumerable<CudaElement> operands)
    {
        int columns = work.Length == 0 || work.Any(x => x.Columns != work[0].Columns) ? 0 : work[0].Columns;
        long elements = operands.Select((x, i) => (long)x << (2 * i)).Sum();
        Type[] numbers = [.. new long[] { sizes.K, sizes.V, sizes.Chunk, sizes.Updates, columns, elements }.Select(Natural.Of)];
        return typeof(TheseSizes<,,,,,>).MakeGenericType(numbers);
    }
}
