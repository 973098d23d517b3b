using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>
/// Copies of whole rows, 16 bytes at a time. Rows go in turns, as many at once as the group has threads for; each turn is one instruction of
/// <see cref="Ptx"/> that knows itself whether it has a row: no branch stands between two turns, and where sizes are constants what has no row is not there.
/// </content>
public readonly partial struct CudaTile
{
    /// <summary>What is done with 16 bytes of a row (or 32, where the other side's numbers are half as wide).</summary>
    private interface IMove
    {
        /// <param name="to">Address in the result.</param>
        /// <param name="from">Address in what is copied.</param>
        /// <param name="left">Nothing is done unless this is greater than 0.</param>
        /// <param name="row">The row.</param>
        /// <param name="last">The last row of the tile of scratch.</param>
        /// <param name="lastFar">The last row of the tile of the device's memory: beyond it zeros are read, and nothing is written.</param>
        static abstract void Turn(long to, long from, int left, int row, int last, int lastFar);
    }

    /// <summary>The device's memory to scratch, as it is, after the next <see cref="Arrive"/>.</summary>
    private readonly struct Later : IMove
    {
        public static void Turn(long to, long from, int left, int row, int last, int lastFar) => Ptx.BringLater((uint)to, from, left, row, last, lastFar);
    }

    /// <summary>bfloat16 of the device's memory to single precision of scratch.</summary>
    private readonly struct Wider : IMove
    {
        public static void Turn(long to, long from, int left, int row, int last, int lastFar) => Ptx.BringWider((uint)to, from, left, row, last, lastFar);
    }

    /// <summary>Single precision of scratch to bfloat16 of the device's memory.</summary>
    private readonly struct Narrower : IMove
    {
        public static void Turn(long to, long from, int left, int row, int last, int lastFar) => Ptx.LeaveNarrower(to, (uint)from, left, row, last, lastFar, LastFirst);
    }

    /// <summary>Scratch to the device's memory, as it is.</summary>
    private readonly struct Same : IMove
    {
        public static void Turn(long to, long from, int left, int row, int last, int lastFar) => Ptx.Leave(to, (uint)from, left, row, last, lastFar);
    }

    /// <summary>Single precision to bfloat16, both scratch.</summary>
    private readonly struct NarrowerNear : IMove
    {
        public static void Turn(long to, long from, int left, int row, int last, int lastFar) => Ptx.MoveNarrower((uint)to, (uint)from, left, row, last, LastFirst);
    }

    /// <summary>16 for every other four lanes: of eight floats they read the last four first.</summary>
    private static int LastFirst => (Group.IdxX & 4) << 2;

    /// <summary>Zeros to scratch.</summary>
    private readonly struct Nothing : IMove
    {
        public static void Turn(long to, long from, int left, int row, int last, int lastFar) => Ptx.PutZeros((uint)to, left, row, last);
    }

    /// <summary>Where a piece of a row stands.</summary>
    private long PieceAt(int row, int piece, int bytes) => address + (IsInBlocks ? InBlocks(row, piece << 3) : ((long)row * stride) + (piece * bytes));

    /// <summary>Moves rows; as many threads as the next power of two share one.</summary>
    /// <typeparam name="TMove">What is done with a piece.</typeparam>
    /// <param name="result">The result.</param>
    /// <param name="x">What is copied.</param>
    /// <param name="rows">Rows of the tile of scratch.</param>
    /// <param name="lastFar">The last row of the tile of the device's memory.</param>
    /// <param name="pieces">Pieces a row.</param>
    /// <param name="to">Bytes of a piece in the result.</param>
    /// <param name="from">Bytes of a piece in what is copied.</param>
    private static void Move<TMove>(CudaTile result, CudaTile x, int rows, int lastFar, int pieces, int to, int from)
        where TMove : struct, IMove
    {
        int share = Bits(pieces - 1), step = Threads >> share, turns = ((rows - 1) >> (ThreadBits - share)) + 1;
        int row = Group.IdxX >> share, piece = Group.IdxX & ((1 << share) - 1);
        long toAt = result.PieceAt(row, piece, to), fromAt = x.PieceAt(row, piece, from);
        long down = (long)step * result.RowBytes, downFrom = (long)step * x.RowBytes;

        // A row more than there are is asked for only where the turns leave a rest.
        if (turns <= 8 & pieces == 1 << share & (!(result.IsInBlocks | x.IsInBlocks) | (step & 7) == 0))
        {
            int last = rows == turns * step ? int.MaxValue : rows - 1;
            TMove.Turn(toAt, fromAt, turns, row, last, lastFar);
            TMove.Turn(toAt + down, fromAt + downFrom, turns - 1, row + step, last, lastFar);
            TMove.Turn(toAt + (2 * down), fromAt + (2 * downFrom), turns - 2, row + (2 * step), last, lastFar);
            TMove.Turn(toAt + (3 * down), fromAt + (3 * downFrom), turns - 3, row + (3 * step), last, lastFar);
            TMove.Turn(toAt + (4 * down), fromAt + (4 * downFrom), turns - 4, row + (4 * step), last, lastFar);
            TMove.Turn(toAt + (5 * down), fromAt + (5 * downFrom), turns - 5, row + (5 * step), last, lastFar);
            TMove.Turn(toAt + (6 * down), fromAt + (6 * downFrom), turns - 6, row + (6 * step), last, lastFar);
            TMove.Turn(toAt + (7 * down), fromAt + (7 * downFrom), turns - 7, row + (7 * step), last, lastFar);
        }
        else
        {
            for (int turn = 0; turn < turns; turn++)
            {
                TMove.Turn(result.PieceAt(row + (turn * step), piece, to), x.PieceAt(row + (turn * step), piece, from), pieces - piece, row + (turn * step), rows - 1, lastFar);
            }
        }
    }
}
