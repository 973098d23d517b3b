using System.Reflection;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using ILGPU.IR.Values;
using ILGPU.Runtime.Cuda;

namespace AttentionDsl.Runtime;

/// <content>
/// Operations on strips (<see cref="PtxStrip"/>): a call is written as all its instructions. A strip is a constant, the number of its first register; so are
/// rows, kinds and forms. Addresses and strides may be anything.
/// </content>
internal static partial class Ptx
{
    /// <summary>A product: result (=, +=, -=) a b.</summary>
    /// <param name="rows">Rows of the result.</param>
    /// <param name="strip">The result; negative: it stands in scratch, in single precision.</param>
    /// <param name="exact">1 if numbers of the result are in single precision, 0 if in bfloat16.</param>
    /// <param name="result">In scratch: where this thread's first number of the result stands.</param>
    /// <param name="resultStride">Bytes from a row to the next.</param>
    /// <param name="into">How sums join the result.</param>
    /// <param name="a">Where this lane's part of the left factor begins: as that of a right one that is not turned if <paramref name="aTurned"/> is 1, else as one that is.</param>
    /// <param name="aStride">Bytes from a row to the next.</param>
    /// <param name="aExact">1 if numbers are in single precision, 0 if in bfloat16.</param>
    /// <param name="aTurned">1 if the left factor is the transposed tile.</param>
    /// <param name="bStrip">The right factor; negative: it stands in scratch.</param>
    /// <param name="bExact">1 if its numbers are in single precision, 0 if in bfloat16.</param>
    /// <param name="b">In scratch: where this lane's part of it begins, as that of a left factor that is turned.</param>
    /// <param name="bStride">Bytes from a row to the next.</param>
    /// <param name="depth">The contracted dimension, a multiple of 16.</param>
    /// <param name="rooms">Where the left factor begins.</param>
    /// <param name="block">Bytes of 64 of its columns, if it stands in such blocks (<see cref="CudaTile.IsInBlocks"/>); 0: it does not.</param>
    /// <param name="read">1 if the tensor cores may read it by themselves (<see cref="CudaTile.TakeFactorRooms"/>).</param>
    /// <param name="bTurned">In scratch: 1 if the right factor is the transposed tile; its part then begins as that of a left factor that is not turned.</param>
    /// <param name="bBlock">In scratch: bytes of 64 of its columns, if it stands in blocks; 0: it does not.</param>
    /// <param name="begins">1 if sums in single precision that the tensor cores add up by themselves need not be there before <see cref="StripsArrive"/>.</param>
    [IntrinsicImplementation]
    public static void StripProduct(
        int rows, int strip, int exact, uint result, int resultStride, Into into, uint a, int aStride, int aExact, int aTurned, int bStrip, int bExact, uint b, int bStride, int depth,
        uint rooms, int block, int read, int bTurned, int bBlock, int begins)
    {
    }

    /// <summary>What this thread has written to shared memory may be read by the tensor cores themselves after the next barrier.</summary>
    [IntrinsicImplementation]
    public static void StripsAwait()
    {
    }

    /// <summary>Products that were begun are there, but for so many of the last; a constant.</summary>
    [IntrinsicImplementation]
    public static void StripsArrive(int left)
    {
    }

    /// <summary>Every row times exp(g) of the row; in single precision.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="strip">The strip.</param>
    /// <param name="g">Where the g of this thread's first row stands in scratch, the next row's behind it.</param>
    [IntrinsicImplementation]
    public static void StripDecay(int rows, int strip, uint g)
    {
    }

    /// <summary>Likewise.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="strip">The strip.</param>
    /// <param name="g">Where the g of this thread's first row stands in the device's memory, the next row's behind it.</param>
    [IntrinsicImplementation]
    public static void StripDecayFar(int rows, int strip, long g)
    {
    }

    /// <summary>All numbers times a factor; in single precision.</summary>
    [IntrinsicImplementation]
    public static void StripScale(int rows, int strip, float factor)
    {
    }

    /// <summary>Every row times its number of a column.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="strip">The strip.</param>
    /// <param name="exact">1 if its numbers are in single precision, 0 if in bfloat16.</param>
    /// <param name="s">Where the number of this thread's first row stands in scratch.</param>
    /// <param name="stride">Bytes from a row to the next.</param>
    [IntrinsicImplementation]
    public static void StripScaleRows(int rows, int strip, int exact, uint s, int stride)
    {
    }

    /// <summary>result = x.</summary>
    [IntrinsicImplementation]
    public static void StripCopy(int rows, int result, int exact, int x, int xExact)
    {
    }

    /// <summary>result = 0.</summary>
    [IntrinsicImplementation]
    public static void StripClear(int rows, int result, int exact)
    {
    }

    /// <summary>result = columns of the identity; in single precision.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="result">The strip.</param>
    /// <param name="first">The row in which this thread's first column has its one, counted from this thread's first row.</param>
    [IntrinsicImplementation]
    public static void StripIdentity(int rows, int result, int first)
    {
    }

    /// <summary>result = x, a tile of scratch.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="result">The strip.</param>
    /// <param name="exact">1 if its numbers are in single precision, 0 if in bfloat16.</param>
    /// <param name="x">Where this thread's first number stands, or, of a tile in bfloat16, this lane's part of a left factor that is turned.</param>
    /// <param name="stride">Bytes from a row to the next.</param>
    /// <param name="xExact">1 if numbers of x are in single precision, 0 if in bfloat16.</param>
    [IntrinsicImplementation]
    public static void StripFromNear(int rows, int result, int exact, uint x, int stride, int xExact)
    {
    }

    /// <summary>result, a tile of scratch in single precision, = x.</summary>
    [IntrinsicImplementation]
    public static void StripToNear(int rows, int x, int exact, uint result, int stride)
    {
    }

    /// <summary>x, rounded to bfloat16, to rows of the device's memory, 32 bytes of each.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="x">The strip.</param>
    /// <param name="exact">1 if its numbers are in single precision, 0 if in bfloat16.</param>
    /// <param name="put">Where this lane's row of eight goes in 512 bytes of scratch that are this warp's.</param>
    /// <param name="take">Where this lane's 16 bytes of sixteen rows then stand.</param>
    /// <param name="to">Where these go; a multiple of 16.</param>
    /// <param name="stride">Bytes from a row to the next there.</param>
    /// <param name="left">Rows that are there, from this lane's on.</param>
    [IntrinsicImplementation]
    public static void StripLeave(int rows, int x, int exact, uint put, uint take, long to, int stride, int left)
    {
    }

    /// <summary>result (=, +=, -=) what stands in the device's memory, number by number; 0 where no row is.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="result">The strip.</param>
    /// <param name="exact">1 if its numbers are in single precision, 0 if in bfloat16.</param>
    /// <param name="x">Where this thread's first number stands.</param>
    /// <param name="down">Bytes from a row to the next.</param>
    /// <param name="along">Bytes from a column to the next.</param>
    /// <param name="element">A <see cref="CudaElement"/>.</param>
    /// <param name="left">Rows that are there, from this thread's first on.</param>
    /// <param name="into">How numbers join the result.</param>
    [IntrinsicImplementation]
    public static void StripFromFar(int rows, int result, int exact, long x, int down, int along, int element, int left, Into into)
    {
    }

    /// <summary>What stands in the device's memory = x, likewise.</summary>
    /// <inheritdoc cref="StripFromFar"/>
    [IntrinsicImplementation]
    public static void StripToFar(int rows, int x, int exact, long result, int down, int along, int element, int left)
    {
    }

    /// <summary>Sums over this warp's columns, a row of every 32 in each lane (<see cref="CudaTile.RowOfStrip"/>): of a b, number by number.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="a">A strip.</param>
    /// <param name="aExact">1 if its numbers are in single precision, 0 if in bfloat16.</param>
    /// <param name="b">A strip; negative: b stands in scratch.</param>
    /// <param name="bExact">1 if numbers of b are in single precision, 0 if in bfloat16.</param>
    /// <param name="near">In scratch: where this thread's first number stands, or, of a tile in bfloat16, this lane's part of a left factor that is turned.</param>
    /// <param name="stride">Bytes from a row to the next.</param>
    /// <param name="lane">The lane.</param>
    /// <param name="sums">Where the sum of this lane's first row goes in scratch; those of the next 32 rows are 128 bytes further. Of 16 rows the first lanes have the sums.</param>
    [IntrinsicImplementation]
    public static void StripRowDot(int rows, int a, int aExact, int b, int bExact, uint near, int stride, uint lane, uint sums)
    {
    }

    /// <summary>A solved system: result = inverse x, or inverse^T x, in two digits.</summary>
    /// <param name="rows">Rows, 16, 32 or 64.</param>
    /// <param name="result">The strip.</param>
    /// <param name="exact">1 if its numbers are in single precision, 0 if in bfloat16.</param>
    /// <param name="x">A strip; negative: x stands in scratch. It may be the result.</param>
    /// <param name="xExact">1 if numbers of x are in single precision, 0 if in bfloat16.</param>
    /// <param name="near">In scratch: where this thread's first number stands, or, of a tile in bfloat16, this lane's part of a left factor that is turned.</param>
    /// <param name="stride">Bytes from a row to the next.</param>
    /// <param name="transposed">1 if the inverse is taken transposed.</param>
    /// <param name="inverse">Where this lane's part of it begins (<see cref="CudaTile.BlockOfInverse"/>), rows one after the other: of a right factor that is turned, or of one that is not.</param>
    [IntrinsicImplementation]
    public static void StripSolve(int rows, int result, int exact, int x, int xExact, uint near, int stride, int transposed, uint inverse)
    {
    }

    /// <summary>
    /// The same of any multiple of 16 rows: the inverse of a unit lower triangular matrix stands in single precision, zeros and all, from this thread's first row
    /// on, or if it is taken transposed from the column of this number on; <paramref name="inverseStride"/> bytes lie between its rows.
    /// </summary>
    /// <inheritdoc cref="StripSolve"/>
    [IntrinsicImplementation]
    public static void StripSolveByRows(int rows, int result, int exact, int x, int xExact, uint near, int stride, int transposed, uint inverse, int inverseStride)
    {
    }

    /// <summary>result += x, every row of which is multiplied by its number of a column.</summary>
    /// <param name="rows">Rows, a multiple of 16.</param>
    /// <param name="result">A strip; negative: it stands in scratch, in single precision.</param>
    /// <param name="exact">1 if its numbers are in single precision, 0 if in bfloat16.</param>
    /// <param name="to">In scratch: where this thread's first number of the result stands.</param>
    /// <param name="toStride">Bytes from a row to the next.</param>
    /// <param name="x">A strip; negative: x stands in scratch.</param>
    /// <param name="xExact">1 if numbers of x are in single precision, 0 if in bfloat16.</param>
    /// <param name="near">In scratch: where this thread's first number stands, or, of a tile in bfloat16, this lane's part of a left factor that is turned.</param>
    /// <param name="stride">Bytes from a row to the next.</param>
    /// <param name="s">Where the number of this thread's first row stands in the column.</param>
    /// <param name="sStride">Bytes from a row to the next.</param>
    [IntrinsicImplementation]
    public static void StripAddScaledRows(int rows, int result, int exact, uint to, int toStride, int x, int xExact, uint near, int stride, uint s, int sStride)
    {
    }

    private static void RegisterStrips(IntrinsicImplementationManager manager)
    {
        MethodInfo writer = typeof(Ptx).GetMethod(nameof(WriteStrip), BindingFlags.NonPublic | BindingFlags.Static)!;
        foreach (MethodInfo method in typeof(Ptx).GetMethods(BindingFlags.Public | BindingFlags.Static).Where(x => x.Name.StartsWith("Strip", StringComparison.Ordinal)))
        {
            manager.RegisterMethod(method, new PTXIntrinsic(writer, IntrinsicImplementationMode.GenerateCode));
        }
    }

    private static void WriteStrip(PTXBackend backend, PTXCodeGenerator generator, Value value)
    {
        var call = new Operands(generator, (MethodCall)value);
        generator.Builder.Append(PtxStrip.Of(call.Name, backend.Architecture == CudaArchitecture.SM_90, call.Constant, call.Number, call.Register));
    }
}
