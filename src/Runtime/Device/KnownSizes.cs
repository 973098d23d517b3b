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
}

/// <summary>Nothing is known: one kernel serves all sizes.</summary>
public readonly struct AnySizes : IKnownSizes
{
    /// <inheritdoc/>
    public static Sizes Of(Sizes sizes) => sizes;

    /// <inheritdoc/>
    public static Work Of(Work item) => item;
}

/// <summary>A kernel for one K, V, chunk length, number of updates a token and number of value columns an item.</summary>
/// <typeparam name="TK">Key channels.</typeparam>
/// <typeparam name="TV">Value channels.</typeparam>
/// <typeparam name="TChunk">Tokens a chunk.</typeparam>
/// <typeparam name="TUpdates">State updates a token.</typeparam>
/// <typeparam name="TColumns">Value columns of every item; 0: they differ.</typeparam>
internal readonly struct TheseSizes<TK, TV, TChunk, TUpdates, TColumns> : IKnownSizes
    where TK : struct, INatural
    where TV : struct, INatural
    where TChunk : struct, INatural
    where TUpdates : struct, INatural
    where TColumns : struct, INatural
{
    public static Sizes Of(Sizes sizes)
    {
        sizes.K = TK.Value;
        sizes.V = TV.Value;
        sizes.Chunk = TChunk.Value;
        sizes.Updates = TUpdates.Value;
        sizes.RowPadding = CudaTile.RowPadding;
        return sizes;
    }

    public static Work Of(Work item)
    {
        if (TColumns.Value != 0)
        {
            item.Columns = TColumns.Value;
        }

        return item;
    }
}

/// <summary>The types that say which sizes a kernel knows.</summary>
internal static class KnownSizes
{
    /// <summary>The type for these sizes and items.</summary>
    public static Type Of(Sizes sizes, Work[] work)
    {
        int columns = work.Length == 0 || work.Any(x => x.Columns != work[0].Columns) ? 0 : work[0].Columns;
        return typeof(TheseSizes<,,,,>).MakeGenericType(Natural.Of(sizes.K), Natural.Of(sizes.V), Natural.Of(sizes.Chunk), Natural.Of(sizes.Updates), Natural.Of(columns));
    }
}
