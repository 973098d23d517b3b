using System.Diagnostics.CodeAnalysis;

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
    /// <param name="index">Its number.</param>
    static abstract Work Of(Work item, int index);

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
    public static Work Of(Work item, int index) => item;

    /// <inheritdoc/>
    public static int Element(int operand) => -1;
}

/// <summary>A kernel for one K, V, chunk length, number of updates a token, number of value columns an item, and tensors of these elements and heads.</summary>
/// <typeparam name="TK">Key channels.</typeparam>
/// <typeparam name="TV">Value channels.</typeparam>
/// <typeparam name="TChunk">Tokens a chunk.</typeparam>
/// <typeparam name="TUpdates">State updates a token.</typeparam>
/// <typeparam name="TColumns">Value columns of every item; 0: they differ.</typeparam>
/// <typeparam name="THeads">Value heads; 0: not known.</typeparam>
/// <typeparam name="TInOrder">1 if the item is that of the group's number (<see cref="KnownSizes.Item"/>): then it waits for no list of items.</typeparam>
/// <typeparam name="TElements">Two bits for every operand: its <see cref="CudaElement"/>.</typeparam>
/// <typeparam name="THeadsOf">Two bits for every operand: its <see cref="KnownHeads"/>.</typeparam>
internal readonly struct TheseSizes<TK, TV, TChunk, TUpdates, TColumns, THeads, TInOrder, TElements, THeadsOf> : IKnownSizes
    where TK : struct, INatural
    where TV : struct, INatural
    where TChunk : struct, INatural
    where TUpdates : struct, INatural
    where TColumns : struct, INatural
    where THeads : struct, INatural
    where TInOrder : struct, INatural
    where TElements : struct, INatural
    where THeadsOf : struct, INatural
{
    public static Sizes Of(Sizes sizes)
    {
        sizes.K = (int)TK.Value;
        sizes.V = (int)TV.Value;
        sizes.Chunk = (int)TChunk.Value;
        sizes.Updates = (int)TUpdates.Value;
        sizes.RowPadding = CudaTile.RowPadding;
        sizes.StripColumns = CudaTile.MostStripColumns;
        return sizes;
    }

    public static Work Of(Work item, int index)
    {
        if (TColumns.Value != 0)
        {
            item.Columns = (int)TColumns.Value;
        }

        if (THeads.Value != 0)
        {
            item.Heads = (int)THeads.Value;
        }

        if (TInOrder.Value != 0)
        {
            Work own = KnownSizes.Item(index, (int)THeads.Value, (int)TChunk.Value);
            item.Head = own.Head;
            item.Chunk = own.Chunk;
            item.Start = own.Start;
            item.Length = own.Length;
        }

        return item;
    }

    /// <summary>What <see cref="CudaTile.Known(Operand{CudaTile, CudaLanes}, int, int)"/> reads: element and heads.</summary>
    public static int Element(int operand) => operand >= KnownSizes.MostOperands
        ? -1
        : CudaTile.Described((int)(TElements.Value >> (2 * operand)) & 3, (KnownHeads)((int)(THeadsOf.Value >> (2 * operand)) & 3), (int)THeads.Value);
}

/// <summary>What a kernel knows of the heads of an operand.</summary>
internal enum KnownHeads
{
    /// <summary>Nothing.</summary>
    Any,

    /// <summary>It was not given.</summary>
    None,

    /// <summary>One.</summary>
    One,

    /// <summary>As many as there are value heads.</summary>
    All,
}

/// <summary>The types that say which sizes a kernel knows.</summary>
internal static class KnownSizes
{
    /// <summary>Operands of which something is known: as many as a long has codes for.</summary>
    public const int MostOperands = 31;

    /// <summary>The type for these sizes, items and operands.</summary>
    /// <param name="sizes">The sizes.</param>
    /// <param name="work">The items.</param>
    /// <param name="operands">Elements and heads of the operands; no heads: it was not given.</param>
    [UnconditionalSuppressMessage("Trimming", "IL2055", Justification = ComputeDevice.Guarded)]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = ComputeDevice.Guarded)]
    public static Type Of(Sizes sizes, Work[] work, IReadOnlyList<(CudaElement Element, int Heads)> operands)
    {
        int valueHeads = work.Length == 0 ? 0 : work[0].Heads, columns = work.Length == 0 || work.Any(x => x.Columns != work[0].Columns) ? 0 : work[0].Columns;
        long elements = 0, heads = 0;
        for (int i = 0; i < MostOperands; i++)
        {
            // Behind the last stand the gradients of a call that has none.
            (CudaElement element, int headsOf) = i < operands.Count ? operands[i] : default;
            elements |= (long)element << (2 * i);
            heads |= (long)Heads(headsOf, valueHeads) << (2 * i);
        }

        Type[] numbers =
        [
            .. new long[] { sizes.K, sizes.V, sizes.Chunk, sizes.Updates, columns, valueHeads, InOrder(work, sizes.Chunk) ? 1 : 0, elements, heads }.Select(Natural.Of),
        ];
        return typeof(TheseSizes<,,,,,,,,>).MakeGenericType(numbers);
    }

    /// <summary>Item number <paramref name="index"/> of whole chunks: of every chunk all heads, of all chunks of a call, whose sequences are whole chunks, too.</summary>
    public static Work Item(int index, int heads, int chunk)
    {
        uint number = (uint)index / (uint)heads;
        return new() { Head = (int)((uint)index - (number * (uint)heads)), Chunk = number, Start = (long)number * (uint)chunk, Length = chunk };
    }

    private static bool InOrder(Work[] work, int chunk)
    {
        for (int i = 0; i < work.Length; i++)
        {
            Work expected = Item(i, work[i].Heads, chunk);
            if ((work[i].Head, work[i].Chunk, work[i].Start, work[i].Length) != (expected.Head, expected.Chunk, expected.Start, expected.Length))
            {
                return false;
            }
        }

        return work.Length > 0;
    }

    private static KnownHeads Heads(int heads, int all) => heads == 0 ? KnownHeads.None : heads == all ? KnownHeads.All : heads == 1 ? KnownHeads.One : KnownHeads.Any;
}
