namespace AttentionDsl.Runtime;

/// <summary>The part of a launch that one thread (host) or one group of threads (device) computes: one sequence, one head, a range of value columns.</summary>
public struct Work
{
    /// <summary>Index of the sequence: the row block of the per-sequence tensors.</summary>
    public int Sequence;

    /// <summary>Index of the value head.</summary>
    public int Head;

    /// <summary>Number of value heads; an operand with h heads serves value head i with its head i * h / Heads.</summary>
    public int Heads;

    /// <summary>
    /// Non-zero: the item begins with columns of the identity, and nothing is written to its state: what comes out are columns of the transition, K x K,
    /// of its tokens. <see cref="Column"/> and <see cref="Columns"/> count these.
    /// </summary>
    public int Homogeneous;

    /// <summary>First token of the sequence, counted over the flattened batch.</summary>
    public long Start;

    /// <summary>Number of tokens.</summary>
    public int Length;

    /// <summary>
    /// One more than the border, counted over all sequences of the call, at which the item of a segment begins, or where it leaves what it hands on
    /// (<see cref="KernelKind.Carry"/>, <see cref="KernelKind.CarryBack"/>); 0: the item begins where its sequence does.
    /// </summary>
    public int Border;

    /// <summary>
    /// One more than the border at which an item leaves its state that advances while others are carried (<see cref="KernelKind.CarryAndAdvance"/>); 0: the item does not.
    /// </summary>
    public int Leaves;

    /// <summary>Borders that lie between <see cref="Border"/> and the end of the sequence from which the item's state, or its gradient, comes; that of the item is the last of them.</summary>
    public int Borders;

    /// <summary>The item's first chunk, counted over all sequences of the call: where its tiles stand between passes.</summary>
    public long Chunk;

    /// <summary>State slot to read (the sequence, or a slot of a pool); negative: start from zero.</summary>
    public long StateIn;

    /// <summary>State slot to write.</summary>
    public long StateOut;

    /// <summary>First value column of this item.</summary>
    public int Column;

    /// <summary>Number of value columns of this item.</summary>
    public int Columns;
}

/// <summary>The sizes a kernel needs besides its tensors.</summary>
public struct Sizes
{
    /// <summary>Key channels of a head.</summary>
    public int K;

    /// <summary>Value channels of a head.</summary>
    public int V;

    /// <summary>Tokens a chunk.</summary>
    public int Chunk;

    /// <summary>State updates a token (householder steps of a delta product); 1 otherwise.</summary>
    public int Updates;

    /// <summary>Tokens of the longest sequence.</summary>
    public int MaxLength;

    /// <summary>Factor on the query.</summary>
    public float Scale;

    /// <summary>
    /// Elements that the backend puts between two rows of scratch, so that neighbouring rows stand in different banks of its memory; it then
    /// takes rows in sixteens too (a single row stays one), a column as four numbers a row, and factors in half the bits. 0: none of it.
    /// </summary>
    public int RowPadding;

    /// <summary>Columns of the widest tile that a group of the backend's threads has in registers (see <see cref="ITile{TSelf, TNumber}.TakeStrip"/>). 0: none.</summary>
    public int StripColumns;

    /// <summary>A bit for every input, from the lowest: 1 if the caller gave bfloat16. Tiles that hold it as it is are so, too (<see cref="ITile{TSelf, TNumber}.TakeLike"/>).</summary>
    public int NarrowInputs;

    /// <summary>Items that a device computes at a time, if it is known: when one ends, the one that is so many further on begins.</summary>
    public int Groups;

    /// <summary>Non-zero: states are stored [.., V, K] in place of [.., K, V].</summary>
    public int StateValueFirst;
}

/// <summary>A tensor [tokens, Heads, Width] seen as a matrix of tokens x (Heads * Width).</summary>
/// <typeparam name="TTile">The backend's tile.</typeparam>
/// <typeparam name="TNumber">The backend's number.</typeparam>
public struct Operand<TTile, TNumber>
    where TTile : struct, ITile<TTile, TNumber>
    where TNumber : struct, INumber<TNumber>
{
    /// <summary>The whole tensor.</summary>
    public TTile Data;

    /// <summary>Number of heads side by side in a row; 0: the tensor was not given.</summary>
    public int Heads;

    /// <summary>Channels of one head.</summary>
    public int Width;

    /// <summary>True if the caller gave this tensor.</summary>
    public readonly bool Present => Heads != 0;

    /// <summary>Rows [first, first + rows) of all heads.</summary>
    public readonly TTile Rows(long first, int rows) => Data.Block(first, rows, 0, Heads * Width);

    /// <summary>Rows [first, first + rows) of the head that serves value head <paramref name="head"/> of <paramref name="heads"/>.</summary>
    public readonly TTile Rows(long first, int rows, int head, int heads) =>
        Data.Block(first, rows, Of(head, heads) * Width, Width);

    /// <summary>Like <see cref="Rows(long, int, int, int)"/>, restricted to a range of the head's columns.</summary>
    public readonly TTile Rows(long first, int rows, int head, int heads, int column, int columns) =>
        Data.Block(first, rows, (Of(head, heads) * Width) + column, columns);

    /// <summary>The operand's head that serves a value head, mostly itself: heads are few enough for 32 bits, and a device divides slowly.</summary>
    private readonly int Of(int head, int heads) => Heads == heads ? head : (int)((uint)(head * Heads) / (uint)heads);
}
