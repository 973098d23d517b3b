using System.Globalization;
using System.Reflection;
using ILGPU;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using ILGPU.IR.Values;

namespace AttentionDsl.Runtime;

/// <content>
/// Products: a call is written as all the instructions of a block (<see cref="PtxProduct"/>). Kinds, forms and shapes are constants of the call; strides and
/// depths should be.
/// </content>
internal static partial class Ptx
{
    /// <summary>A block of a product, by a warp: result (=, +=, -=) a b.</summary>
    /// <param name="rows">16 or 32.</param>
    /// <param name="columns">16 or 32.</param>
    /// <param name="result">Where this thread's first pair of the block stands.</param>
    /// <param name="resultStride">Bytes from a row to the next.</param>
    /// <param name="resultExact">1 if numbers are in single precision, 0 if in bfloat16.</param>
    /// <param name="into">How sums join the result.</param>
    /// <param name="a">Where this lane's part of the left factor begins.</param>
    /// <param name="aStride">Bytes from a row to the next.</param>
    /// <param name="aExact">1 if numbers are in single precision, 0 if in bfloat16.</param>
    /// <param name="aTurned">1 if the left factor is the transposed tile.</param>
    /// <param name="b">Where this lane's part of the right factor begins.</param>
    /// <param name="bStride">Bytes from a row to the next.</param>
    /// <param name="bExact">1 if numbers are in single precision, 0 if in bfloat16.</param>
    /// <param name="bTurned">1 if the right factor is the transposed tile.</param>
    /// <param name="depth">The contracted dimension, a multiple of 16.</param>
    /// <param name="resultBlock">Bytes of 64 columns of the result, if it stands in such blocks (<see cref="CudaTile.IsInBlocks"/>); 0: it does not.</param>
    /// <param name="aBlock">Likewise of the left factor.</param>
    /// <param name="bBlock">Likewise of the right factor.</param>
    [IntrinsicImplementation]
    public static void Product(
        int rows, int columns, uint result, int resultStride, int resultExact, Into into, uint a, int aStride, int aExact, int aTurned, uint b, int bStride, int bExact, int bTurned, int depth,
        int resultBlock, int aBlock, int bBlock)
    {
    }

    /// <summary>Like <see cref="Product"/>, with old numbers of rows g, g + 8, g + 16 and g + 24 (g: this thread's first) scaled before sums are added to them.</summary>
    [IntrinsicImplementation]
    public static void ScaledProduct(
        int rows, int columns, uint result, int resultStride, int resultExact, Into into, uint a, int aStride, int aExact, int aTurned, uint b, int bStride, int bExact, int bTurned, int depth,
        int resultBlock, int aBlock, int bBlock, float kept0, float kept1, float kept2, float kept3)
    {
    }

    /// <summary>Like <see cref="Product"/>, with sums only where pairs exist: in this thread's first row for <paramref name="left"/> columns from its first one on.</summary>
    /// <param name="rows">16 or 32.</param>
    /// <param name="columns">16 or 32.</param>
    /// <param name="result">Where this thread's first pair of the block stands.</param>
    /// <param name="resultStride">Bytes from a row to the next.</param>
    /// <param name="resultExact">1 if numbers are in single precision, 0 if in bfloat16.</param>
    /// <param name="into">How sums join the result.</param>
    /// <param name="a">Where this lane's part of the left factor begins.</param>
    /// <param name="aStride">Bytes from a row to the next.</param>
    /// <param name="aExact">1 if numbers are in single precision, 0 if in bfloat16.</param>
    /// <param name="aTurned">1 if the left factor is the transposed tile.</param>
    /// <param name="b">Where this lane's part of the right factor begins.</param>
    /// <param name="bStride">Bytes from a row to the next.</param>
    /// <param name="bExact">1 if numbers are in single precision, 0 if in bfloat16.</param>
    /// <param name="bTurned">1 if the right factor is the transposed tile.</param>
    /// <param name="depth">The contracted dimension, a multiple of 16.</param>
    /// <param name="resultBlock">Bytes of 64 columns of the result, if it stands in such blocks (<see cref="CudaTile.IsInBlocks"/>); 0: it does not.</param>
    /// <param name="aBlock">Likewise of the left factor.</param>
    /// <param name="bBlock">Likewise of the right factor.</param>
    /// <param name="left">Columns of the first row, from this thread's first on.</param>
    /// <param name="more">More columns eight rows further down.</param>
    /// <param name="digits">1 if exact factors are rounded to bfloat16, 2 if they keep what that loses, rounded itself: a b = (a' + da)(b' + db) up to da db.</param>
    [IntrinsicImplementation]
    public static void CausalProduct(
        int rows, int columns, uint result, int resultStride, int resultExact, Into into, uint a, int aStride, int aExact, int aTurned, uint b, int bStride, int bExact, int bTurned, int depth,
        int resultBlock, int aBlock, int bBlock, int left, int more, int digits)
    {
    }

    /// <summary>
    /// Like <see cref="CausalProduct"/> of a block of 16 x 16 that is set, with every sum times a weight of its own: of this thread's first row (near) and of the one eight further down
    /// (far), of the two columns from its first one on and the two eight further on.
    /// </summary>
    [IntrinsicImplementation]
    public static void WeighedProduct(
        int rows, int columns, uint result, int resultStride, int resultExact, Into into, uint a, int aStride, int aExact, int aTurned, uint b, int bStride, int bExact, int bTurned, int depth,
        int resultBlock, int aBlock, int bBlock, int left, int more, int digits, float near0, float near1, float far0, float far1, float near8, float near9, float far8, float far9)
    {
    }

    /// <summary>
    /// Of a block of 16 x 16 of the product of two factors, whose pairs are weighed, the sums of its rows and, negative, of its columns (<see cref="PtxProduct.Sums"/>), in this thread's first row of
    /// <paramref name="left"/> columns from its first one on.
    /// </summary>
    /// <param name="w">Where this thread's first pair of weights stands.</param>
    /// <param name="wStride">Bytes from a row to the next.</param>
    /// <param name="wExact">1 if numbers are in single precision, 0 if in bfloat16.</param>
    /// <param name="a">Where this lane's part of the left factor begins.</param>
    /// <param name="aStride">Bytes from a row to the next.</param>
    /// <param name="aExact">1 if numbers are in single precision, 0 if in bfloat16.</param>
    /// <param name="b">Where this lane's part of the right factor, the transposed tile, begins.</param>
    /// <param name="bStride">Bytes from a row to the next.</param>
    /// <param name="bExact">1 if numbers are in single precision, 0 if in bfloat16.</param>
    /// <param name="depth">The contracted dimension, a multiple of 16.</param>
    /// <param name="wBlock">Bytes of 64 columns of the weights, if they stand in such blocks (<see cref="CudaTile.IsInBlocks"/>); 0: they do not.</param>
    /// <param name="aBlock">Likewise of the left factor.</param>
    /// <param name="bBlock">Likewise of the right factor.</param>
    /// <param name="left">Columns of the first row, from this thread's first on; one more in every further row.</param>
    /// <param name="lane">The lane.</param>
    /// <param name="row">Where the sum of row (lane >> 2) + 8 of lanes with bit 1, else without the 8, goes.</param>
    /// <param name="column">Where the sum of column 2 (lane &amp; 3) goes, 8 further for lanes with bit 4, 1 further for those with bit 3.</param>
    [IntrinsicImplementation]
    public static void PairSums(
        uint w, int wStride, int wExact, uint a, int aStride, int aExact, uint b, int bStride, int bExact, int depth, int wBlock, int aBlock, int bBlock, int left, uint lane, uint row, uint column)
    {
    }

    private static void RegisterProducts(IntrinsicImplementationManager manager)
    {
        MethodInfo writer = typeof(Ptx).GetMethod(nameof(WriteProduct), BindingFlags.NonPublic | BindingFlags.Static)!;
        foreach (string name in new[] { nameof(Product), nameof(ScaledProduct), nameof(CausalProduct), nameof(WeighedProduct) })
        {
            manager.RegisterMethod(typeof(Ptx).GetMethod(name)!, new PTXIntrinsic(writer, IntrinsicImplementationMode.GenerateCode));
        }

        MethodInfo sums = typeof(Ptx).GetMethod(nameof(WritePairSums), BindingFlags.NonPublic | BindingFlags.Static)!;
        manager.RegisterMethod(typeof(Ptx).GetMethod(nameof(PairSums))!, new PTXIntrinsic(sums, IntrinsicImplementationMode.GenerateCode));
    }

    private static void WritePairSums(PTXBackend backend, PTXCodeGenerator generator, Value value)
    {
        var call = new Operands(generator, (MethodCall)value);
        generator.Builder.Append(PtxProduct.Sums(
            new(call.Register(0), call.Number(1), call.Constant(2) != 0, call.Constant(10)),
            new(call.Register(3), call.Number(4), call.Constant(5) != 0, false, false, call.Constant(11)),
            new(call.Register(6), call.Number(7), call.Constant(8) != 0, false, true, call.Constant(12)),
            call.Number(9),
            call.Register(13),
            call.Register(14),
            call.Register(15),
            call.Register(16)));
    }

    private static void WriteProduct(PTXBackend backend, PTXCodeGenerator generator, Value value)
    {
        var call = new Operands(generator, (MethodCall)value);
        string name = call.Name;
        bool scaled = name == nameof(ScaledProduct), weighed = name == nameof(WeighedProduct), causal = weighed || name == nameof(CausalProduct);
        generator.Builder.Append(PtxProduct.Of(
            new(call.Register(2), call.Number(3), call.Constant(4) != 0, call.Constant(15)),
            call.Constant(0),
            call.Constant(1),
            (Into)call.Constant(5),
            new(call.Register(6), call.Number(7), call.Constant(8) != 0, call.Constant(9) != 0, false, call.Constant(16)),
            new(call.Register(10), call.Number(11), call.Constant(12) != 0, call.Constant(13) == 0, true, call.Constant(17)),
            call.Number(14),
            causal && call.Constant(20) == 2,
            scaled ? [call.Register(18), call.Register(19), call.Register(20), call.Register(21)] : null,
            causal ? (call.Register(18), call.Number(19)) : null,
            weighed ? [.. Enumerable.Range(21, 8).Select(call.Register)] : null));
    }

    /// <summary>The operands of a call that is written as instructions.</summary>
    private readonly record struct Operands(PTXCodeGenerator Generator, MethodCall Call)
    {
        public string Name => Call.Target.Source.Name;

        /// <summary>A constant, or a register.</summary>
        public string Number(int operand) => Folded(Call[operand].Resolve()) is { } x ? x.ToString(CultureInfo.InvariantCulture) : Register(operand);

        public string Register(int operand) => Ptx.Name(Generator.EnsureHardwareRegister(Generator.LoadPrimitive(Call[operand])));

        public int Constant(int operand) => Folded(Call[operand].Resolve())
            ?? throw new NotSupportedException($"Operand {operand} of {Name} is a constant where kernels are compiled.");
    }

    /// <summary>A whole number that is the same whenever the kernel runs. (ILGPU folds constants while it reads a method, not after it has inlined one.)</summary>
    private static int? Folded(Value value) => value switch
    {
        PrimitiveValue x => x.BasicValueType == BasicValueType.Int32 ? x.Int32Value : null,
        BinaryArithmeticValue x when Folded(x.Left.Resolve()) is { } a && Folded(x.Right.Resolve()) is { } b => x.Kind switch
        {
            BinaryArithmeticKind.Add => a + b,
            BinaryArithmeticKind.Sub => a - b,
            BinaryArithmeticKind.Mul => a * b,
            BinaryArithmeticKind.And => a & b,
            BinaryArithmeticKind.Or => a | b,
            BinaryArithmeticKind.Xor => a ^ b,
            BinaryArithmeticKind.Shl => a << b,
            BinaryArithmeticKind.Shr => a >> b,
            _ => null,
        },
        _ => null,
    };
}
