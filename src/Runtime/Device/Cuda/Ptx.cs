using System.Reflection;
using System.Text;
using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using ILGPU.IR.Values;
using ILGPU.Runtime;
using Registers = ILGPU.Backends.RegisterAllocator<ILGPU.Backends.PTX.PTXRegisterKind>;

namespace AttentionDsl.Runtime;

/// <summary>Instructions of NVIDIA devices that ILGPU has no method for: each is a method whose call is written as one line of PTX.</summary>
/// <remarks>
/// Operands and results stay in registers (<c>CudaAsm</c> would put results into local memory). The bodies are never run; ILGPU compiles
/// them as functions that nobody calls. Addresses of shared memory have 32 bits, those of the device's memory 64.
/// </remarks>
internal static partial class Ptx
{
    private static readonly Dictionary<string, string> Texts = new()
    {
        [nameof(Declare)] = "// %0 is the group's dynamic shared memory\n\t" + PtxStrip.Declaration,
        [nameof(Shared)] = "mov.u32 $0, __dyn_shared_alloca;",
        [nameof(SharedBytes)] = "mov.u32 $0, %dynamic_smem_size;",
        [nameof(Store2)] = "st.shared.v2.f32 [%0], {%1,%2};",
        [nameof(Load)] = "ld.shared.f32 $0, [%0];",
        [nameof(Load2)] = "ld.shared.v2.f32 {$0,$1}, [%0];",
        [nameof(Load4)] = "ld.shared.v4.f32 {$0,$1,$2,$3}, [%0];",
        [nameof(Load4If)] = "{ .reg .pred p; setp.gt.s32 p, %0, 0; mov.f32 $0, 0f00000000; mov.f32 $1, 0f00000000; mov.f32 $2, 0f00000000; mov.f32 $3, 0f00000000; @p ld.shared.v4.f32 {$0,$1,$2,$3}, [%1]; }",
        [nameof(Store4If)] = "{ .reg .pred p; setp.gt.s32 p, %0, 0; @p st.shared.v4.f32 [%1], {%2,%3,%4,%5}; }",
        [nameof(LoadFar)] = "ld.global.f32 $0, [%0];",
        [nameof(LoadHalfBits)] = "{ .reg .u16 t; ld.global.u16 t, [%0]; cvt.u32.u16 $0, t; }",
        [nameof(Store)] = "st.shared.f32 [%0], %1;",
        [nameof(Store4)] = "st.shared.v4.f32 [%0], {%1,%2,%3,%4};",
        [nameof(StoreFar)] = "st.global.f32 [%0], %1;",
        [nameof(StoreHalfBits)] = "{ .reg .u16 t; cvt.u16.u32 t, %1; st.global.u16 [%0], t; }",
        [nameof(PackBFloat16)] = "cvt.rn.bf16x2.f32 $0, %1, %0;",
        [nameof(PackFloat16)] = "cvt.rn.f16x2.f32 $0, %1, %0;",
        [nameof(Float16ToFloat)] = "{ .reg .b16 t; cvt.u16.u32 t, %0; cvt.f32.f16 $0, t; }",
        [nameof(Exp2)] = "ex2.approx.ftz.f32 $0, %0;",
        [nameof(Divide)] = "div.approx.ftz.f32 $0, %0, %1;",
        [nameof(Root)] = "sqrt.approx.ftz.f32 $0, %0;",
        [nameof(InverseRoot)] = "rsqrt.approx.ftz.f32 $0, %0;",
        [nameof(MultiplyAdd)] = "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {$0,$1,$2,$3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};",
        [nameof(LoadMatrix)] = "ldmatrix.sync.aligned.m8n8.x4.shared.b16 {$0,$1,$2,$3}, [%0];",
        [nameof(LoadMatrixTransposed)] = "ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {$0,$1,$2,$3}, [%0];",
        [nameof(LoadBitsNear)] = "ld.shared.u32 $0, [%0];",
        [nameof(StoreBitsNear)] = "st.shared.u32 [%0], %1;",
        [nameof(StoreBits4Near)] = "st.shared.v4.u32 [%0], {%1,%2,%3,%4};",
        [nameof(LoadHalfBitsNear)] = "{ .reg .u16 t; ld.shared.u16 t, [%0]; cvt.u32.u16 $0, t; }",
        [nameof(StoreHalfBitsNear)] = "{ .reg .u16 t; cvt.u16.u32 t, %1; st.shared.u16 [%0], t; }",
        [nameof(BringLater)] = "{ .reg .pred p, q; .reg .b32 n; " + Rows + "selp.b32 n, 16, 0, q; @p cp.async.cg.shared.global [%0], [%1], 16, n; }",
        [nameof(BringNumber)] = "{ .reg .pred p, q; .reg .b32 n; " + Rows + "selp.b32 n, 4, 0, q; @p cp.async.ca.shared.global [%0], [%1], 4, n; }",
        [nameof(BringWider)] = "{ .reg .pred p, q; .reg .b32 a, b, c, d, e, f, g, h; " + Rows + "and.pred q, p, q; "
            + "mov.b32 a, 0; mov.b32 c, 0; mov.b32 e, 0; mov.b32 g, 0; @q ld.global.v4.u32 {a,c,e,g}, [%1]; "
            + "and.b32 b, a, 0xffff0000; and.b32 d, c, 0xffff0000; and.b32 f, e, 0xffff0000; and.b32 h, g, 0xffff0000; "
            + "shl.b32 a, a, 16; shl.b32 c, c, 16; shl.b32 e, e, 16; shl.b32 g, g, 16; "
            + "@p st.shared.v4.u32 [%0], {a,b,c,d}; @p st.shared.v4.u32 [%0+16], {e,f,g,h}; }",
        [nameof(Widen)] = "{ .reg .pred p; .reg .b32 a, b, c, d, e, f, g, h, x, y; .reg .pred s; setp.ne.s32 p, %2, 0; setp.ne.s32 s, %3, 0; "
            + "mov.b32 a, 0; mov.b32 c, 0; mov.b32 e, 0; mov.b32 g, 0; @p ld.shared.v4.u32 {a,c,e,g}, [%1]; bar.warp.sync 0xffffffff; "
            + "selp.b32 x, e, a, s; selp.b32 y, g, c, s; selp.b32 e, a, e, s; selp.b32 g, c, g, s; "
            + "and.b32 b, x, 0xffff0000; shl.b32 a, x, 16; and.b32 d, y, 0xffff0000; shl.b32 c, y, 16; add.u32 x, %0, %3; @p st.shared.v4.u32 [x], {a,b,c,d}; "
            + "and.b32 f, e, 0xffff0000; shl.b32 e, e, 16; and.b32 h, g, 0xffff0000; shl.b32 g, g, 16; xor.b32 y, %3, 16; add.u32 y, %0, y; @p st.shared.v4.u32 [y], {e,f,g,h}; }",
        [nameof(LeaveNarrower)] = "{ .reg .pred p, q; " + Rows + "and.pred p, p, q; " + Narrowed("%6") + "@p st.global.v4.u32 [%0], {a,b,c,d}; }",
        [nameof(Leave)] = "{ .reg .pred p, q; .reg .b32 a, b, c, d; " + Rows + "and.pred p, p, q; @p ld.shared.v4.u32 {a,b,c,d}, [%1]; @p st.global.v4.u32 [%0], {a,b,c,d}; }",
        [nameof(MoveNarrower)] = "{ .reg .pred p; " + Row + Narrowed("%5") + "@p st.shared.v4.u32 [%0], {a,b,c,d}; }",
        [nameof(PutZeros)] = "{ .reg .pred p; .reg .b32 z; .reg .pred all; setp.gt.s32 p, %1, 0; setp.eq.s32 all, %3, 0x7fffffff; @!all setp.le.s32 all, %2, %3; and.pred p, p, all; mov.b32 z, 0; @p st.shared.v4.u32 [%0], {z,z,z,z}; }",
        [nameof(LoadAny)] = "{ .reg .pred p, f, h, b; .reg .b16 r; .reg .b32 x; setp.lt.s32 p, %2, %3; setp.eq.and.s32 f, %1, 0, p; setp.ne.and.s32 h, %1, 0, p; "
            + "mov.b32 x, 0; mov.b16 r, 0; @f ld.global.b32 x, [%0]; @h ld.global.b16 r, [%0]; "
            + "setp.eq.and.s32 b, %1, 1, h; setp.ne.and.s32 h, %1, 1, h; @b cvt.u32.u16 x, r; @b shl.b32 x, x, 16; @h cvt.f32.f16 x, r; mov.b32 $0, x; }",
        [nameof(StoreAny)] = "{ .reg .pred p, f, h, b; .reg .b16 r, s; .reg .b32 x; setp.lt.s32 p, %2, %3; setp.eq.and.s32 f, %1, 0, p; setp.eq.s32 b, %1, 1; setp.ne.and.s32 h, %1, 0, p; "
            + "cvt.rn.f16.f32 r, %4; cvt.rn.bf16x2.f32 x, %4, %4; mov.b32 {s,_}, x; selp.b16 r, s, r, b; @f st.global.f32 [%0], %4; @h st.global.b16 [%0], r; }",
        [nameof(WaitForCopies)] = "cp.async.wait_all;",
        [nameof(FirstCopies)] = "cp.async.commit_group;",
        [nameof(WaitForFirstCopies)] = "cp.async.commit_group; cp.async.wait_group 1;",
        [nameof(Expect)] = "{ .reg .b64 a, n; .reg .b32 b; and.b64 a, %0, -16; sub.s64 n, %0, a; cvt.u32.u64 b, n; add.s32 b, b, %1; add.s32 b, b, 15; and.b32 b, b, -16; cp.async.bulk.prefetch.L2.global [a], b; }",
        [nameof(Quotient)] = "{ .reg .f32 a, b; cvt.rn.f32.s32 a, %0; cvt.rn.f32.s32 b, %1; add.f32 a, a, 0f3F000000; rcp.approx.ftz.f32 b, b; mul.f32 a, a, b; cvt.rzi.s32.f32 $0, a; }",
        [nameof(Ballot)] = "{ .reg .pred p; setp.ne.u32 p, %0, 0; vote.sync.ballot.b32 $0, p, 0xffffffff; }",
        [nameof(AnyOfWarp)] = "{ .reg .pred p; setp.ne.u32 p, %0, 0; vote.sync.any.pred p, p, 0xffffffff; selp.u32 $0, 1, 0, p; }",
        [nameof(Together)] = "bar.warp.sync 0xffffffff;",
        [nameof(SumOfWarp)] = string.Join(" ", Steps("bfly", "31", [16, 8, 4, 2, 1])),
        [nameof(SumUpTo)] = string.Join(" ", Steps("up", "0", [1, 2, 4, 8, 16])),
        [nameof(SumFrom)] = string.Join(" ", Steps("down", "31", [1, 2, 4, 8, 16])),
        [nameof(SumOfEight)] = string.Join(" ", Steps("bfly", "31", [4, 2, 1])),
        [nameof(Across)] = "shfl.sync.bfly.b32 $0, %0, %1, 0x1f, 0xffffffff;",
        [nameof(CopyLater16)] = "cp.async.cg.shared.global.L2::256B [%0], [%1], 16;",
        [nameof(CopyLater4)] = "cp.async.ca.shared.global [%0], [%1], 4;",
        [nameof(AwaitCopies)] = "cp.async.wait_all;",
        [nameof(LoadFar4)] = "ld.global.v4.f32 {$0,$1,$2,$3}, [%0];",
        [nameof(LoadFarBFloats4)] = "{ .reg .b32 x, y; ld.global.v2.b32 {x,y}, [%0]; shl.b32 $0, x, 16; and.b32 $1, x, 0xffff0000; shl.b32 $2, y, 16; and.b32 $3, y, 0xffff0000; }",
        [nameof(LoadFarHalves4)] = "{ .reg .b16 x, y, z, w; ld.global.v4.b16 {x,y,z,w}, [%0]; cvt.f32.f16 $0, x; cvt.f32.f16 $1, y; cvt.f32.f16 $2, z; cvt.f32.f16 $3, w; }",
        [nameof(StoreFar4)] = "st.global.v4.f32 [%0], {%1,%2,%3,%4};",
        [nameof(StoreFarBFloats4)] = "{ .reg .b32 x, y; cvt.rn.bf16x2.f32 x, %2, %1; cvt.rn.bf16x2.f32 y, %4, %3; st.global.v2.b32 [%0], {x,y}; }",
        [nameof(StoreFarHalves4)] = "{ .reg .b32 x, y; cvt.rn.f16x2.f32 x, %2, %1; cvt.rn.f16x2.f32 y, %4, %3; st.global.v2.b32 [%0], {x,y}; }",
        [nameof(StoreEither4)] = "{ .reg .pred p; setp.ne.s32 p, %0, 0; @p st.global.v4.f32 [%1], {%3,%4,%5,%6}; @!p st.shared.v4.f32 [%2], {%3,%4,%5,%6}; }",
    };

    // p: there is a turn left, and a row of scratch; q: a row of the device's memory.
    // Whether all rows are there is asked apart: what is a constant is then not there.
    private const string Row = ".reg .pred all; setp.gt.s32 p, %2, 0; setp.eq.s32 all, %4, 0x7fffffff; @!all setp.le.s32 all, %3, %4; and.pred p, p, all; ";
    private const string Rows = Row + "setp.eq.s32 q, %5, 0x7fffffff; @!q setp.le.s32 q, %3, %5; ";

    private static string Narrowed(string first) =>
        ".reg .f32 x, y, z, w; .reg .b32 a, b, c, d, m, n; .reg .pred s; setp.ne.s32 s, " + first + ", 0; "
        + "add.u32 m, %1, " + first + "; @p ld.shared.v4.f32 {x,y,z,w}, [m]; cvt.rn.bf16x2.f32 m, y, x; cvt.rn.bf16x2.f32 n, w, z; "
        + "xor.b32 c, " + first + ", 16; add.u32 c, %1, c; @p ld.shared.v4.f32 {x,y,z,w}, [c]; cvt.rn.bf16x2.f32 c, y, x; cvt.rn.bf16x2.f32 d, w, z; "
        + "selp.b32 a, c, m, s; selp.b32 b, d, n, s; selp.b32 c, m, c, s; selp.b32 d, n, d, s; ";

    /// <summary>Uses dynamic shared memory, so that ILGPU declares it, and declares the registers of strips.</summary>
    [IntrinsicImplementation]
    public static void Declare(ref byte shared)
    {
    }

    /// <summary>The address of the group's dynamic shared memory.</summary>
    [IntrinsicImplementation]
    public static uint Shared() => 0;

    /// <summary>The bytes of the group's dynamic shared memory.</summary>
    [IntrinsicImplementation]
    public static uint SharedBytes() => 0;

    /// <summary>Writes two floats; the address is a multiple of 8.</summary>
    [IntrinsicImplementation]
    public static void Store2(uint address, float x, float y)
    {
    }

    /// <summary>Reads a float.</summary>
    [IntrinsicImplementation]
    public static float Load(uint address) => 0;

    /// <summary>Reads two floats; the address is a multiple of 8.</summary>
    [IntrinsicImplementation]
    public static CudaPair Load2(uint address) => default;

    /// <summary>Reads four floats; the address is a multiple of 16.</summary>
    [IntrinsicImplementation]
    public static CudaQuad Load4(uint address) => default;

    /// <summary>Reads a float of the device's memory.</summary>
    [IntrinsicImplementation]
    public static float LoadFar(long address) => 0;

    /// <summary>Writes a float to the device's memory.</summary>
    [IntrinsicImplementation]
    public static void StoreFar(long address, float value)
    {
    }

    /// <summary>Reads 16 bits.</summary>
    [IntrinsicImplementation]
    public static uint LoadHalfBits(long address) => 0;

    /// <summary>Writes a float.</summary>
    [IntrinsicImplementation]
    public static void Store(uint address, float value)
    {
    }

    /// <summary>Writes four floats; the address is a multiple of 16.</summary>
    [IntrinsicImplementation]
    public static void Store4(uint address, float x, float y, float z, float w)
    {
    }

    /// <summary>Writes the lower 16 bits.</summary>
    [IntrinsicImplementation]
    public static void StoreHalfBits(long address, uint bits)
    {
    }

    /// <summary>Two bfloat16, rounded to nearest even; the first in the lower half.</summary>
    [IntrinsicImplementation]
    public static uint PackBFloat16(float low, float high) => 0;

    /// <summary>Two float16, rounded to nearest even; the first in the lower half.</summary>
    [IntrinsicImplementation]
    public static uint PackFloat16(float low, float high) => 0;

    /// <summary>The float16 in the lower half, widened.</summary>
    [IntrinsicImplementation]
    public static float Float16ToFloat(uint bits) => 0;

    /// <summary>2 to the power x; 0 where that underflows.</summary>
    [IntrinsicImplementation]
    public static float Exp2(float x) => 0;

    /// <summary>Reads four floats of shared memory if <paramref name="left"/> is greater than 0, else zeros; the address is a multiple of 16.</summary>
    [IntrinsicImplementation]
    public static CudaQuad Load4If(int left, uint address) => default;

    /// <summary>Writes four floats to shared memory if <paramref name="left"/> is greater than 0; the address is a multiple of 16.</summary>
    [IntrinsicImplementation]
    public static void Store4If(int left, uint address, float x, float y, float z, float w)
    {
    }

    /// <summary>a / b, to two units in the last place, for b of ordinary size.</summary>
    [IntrinsicImplementation]
    public static float Divide(float a, float b) => 0;

    /// <summary>The square root of x, to a unit in the last place.</summary>
    [IntrinsicImplementation]
    public static float Root(float x) => 0;

    /// <summary>1 / sqrt(x), to two units in the last place.</summary>
    [IntrinsicImplementation]
    public static float InverseRoot(float x) => 0;

    /// <summary>One tensor-core step of a warp: c + a b with a 16 x 16, b 16 x 8 in bfloat16 and c in float32, each thread holding its fragments.</summary>
    [IntrinsicImplementation]
    public static CudaQuad MultiplyAdd(float c0, float c1, float c2, float c3, uint a0, uint a1, uint a2, uint a3, uint b0, uint b1) => default;

    /// <summary>Four matrices of 8 x 8 numbers of 16 bits: lane 8 m + r gives the address of row r of matrix m; register m gets its pair (lane / 4, 2 (lane % 4)).</summary>
    [IntrinsicImplementation]
    public static CudaBits4 LoadMatrix(uint address) => default;

    /// <summary>Like <see cref="LoadMatrix"/>, each matrix transposed.</summary>
    [IntrinsicImplementation]
    public static CudaBits4 LoadMatrixTransposed(uint address) => default;

    /// <summary>Reads 32 bits of shared memory.</summary>
    [IntrinsicImplementation]
    public static uint LoadBitsNear(uint address) => 0;

    /// <summary>Writes 32 bits to shared memory.</summary>
    [IntrinsicImplementation]
    public static void StoreBitsNear(uint address, uint bits)
    {
    }

    /// <summary>Writes four times 32 bits to shared memory; the address is a multiple of 16.</summary>
    [IntrinsicImplementation]
    public static void StoreBits4Near(uint address, uint x, uint y, uint z, uint w)
    {
    }

    /// <summary>Reads 16 bits of shared memory.</summary>
    [IntrinsicImplementation]
    public static uint LoadHalfBitsNear(uint address) => 0;

    /// <summary>Writes the lower 16 bits to shared memory.</summary>
    [IntrinsicImplementation]
    public static void StoreHalfBitsNear(uint address, uint bits)
    {
    }

    /// <summary>
    /// A turn of a copy of rows, if <paramref name="left"/> is greater than 0 and <paramref name="row"/> not beyond <paramref name="last"/>: begins to copy 16 bytes
    /// of the device's memory to shared memory, or zeros if the row is beyond <paramref name="lastFar"/>. All addresses are multiples of 16.
    /// </summary>
    [IntrinsicImplementation]
    public static void BringLater(uint to, long from, int left, int row, int last, int lastFar)
    {
    }

    /// <summary>Like <see cref="BringLater"/>: a number in single precision.</summary>
    [IntrinsicImplementation]
    public static void BringNumber(uint to, long from, int left, int row, int last, int lastFar)
    {
    }

    /// <summary>Like <see cref="BringLater"/>, at once, and eight bfloat16 become eight floats.</summary>
    [IntrinsicImplementation]
    public static void BringWider(uint to, long from, int left, int row, int last, int lastFar)
    {
    }

    /// <summary>
    /// Eight bfloat16 of shared memory, of lanes for which <paramref name="there"/> is not 0, become eight floats, four at a time, and nothing is written before every lane
    /// of the warp has read. Addresses are multiples of 16.
    /// </summary>
    /// <param name="to">Where the floats go.</param>
    /// <param name="from">Where the bfloat16 stand.</param>
    /// <param name="there">0: this lane has none.</param>
    /// <param name="first">16 if the last four are written first, else 0: neighbours take turns, so that what is written at once stands in different banks.</param>
    [IntrinsicImplementation]
    public static void Widen(uint to, uint from, int there, int first)
    {
    }

    /// <summary>A turn of a copy of rows to the device's memory: eight floats of shared memory become eight bfloat16; nothing is done beyond <paramref name="lastFar"/>.</summary>
    /// <param name="to">Where they go.</param>
    /// <param name="from">Where they stand.</param>
    /// <param name="left">Nothing is done unless this is greater than 0.</param>
    /// <param name="row">The row.</param>
    /// <param name="last">The last row of shared memory.</param>
    /// <param name="lastFar">The last row of the device's memory.</param>
    /// <param name="first">16 if the last four are read first, else 0: neighbours take turns, so that what is read at once stands in different banks.</param>
    [IntrinsicImplementation]
    public static void LeaveNarrower(long to, uint from, int left, int row, int last, int lastFar, int first)
    {
    }

    /// <summary>Like <see cref="LeaveNarrower"/>: 16 bytes as they are.</summary>
    [IntrinsicImplementation]
    public static void Leave(long to, uint from, int left, int row, int last, int lastFar)
    {
    }

    /// <summary>Like <see cref="LeaveNarrower"/>, within shared memory.</summary>
    [IntrinsicImplementation]
    public static void MoveNarrower(uint to, uint from, int left, int row, int last, int first)
    {
    }

    /// <summary>A turn that writes 16 bytes of zeros to shared memory.</summary>
    [IntrinsicImplementation]
    public static void PutZeros(uint to, int left, int row, int last)
    {
    }

    /// <summary>Reads a number of the device's memory; 0 if there are no more than <paramref name="row"/> rows.</summary>
    /// <param name="address">Its address.</param>
    /// <param name="element">A <see cref="CudaElement"/>.</param>
    /// <param name="row">Its row.</param>
    /// <param name="rows">Rows there are.</param>
    [IntrinsicImplementation]
    public static float LoadAny(long address, int element, int row, int rows) => 0;

    /// <summary>Writes a number to the device's memory; nothing if there are no more than <paramref name="row"/> rows.</summary>
    /// <param name="address">Its address.</param>
    /// <param name="element">A <see cref="CudaElement"/>.</param>
    /// <param name="row">Its row.</param>
    /// <param name="rows">Rows there are.</param>
    /// <param name="value">The number.</param>
    [IntrinsicImplementation]
    public static void StoreAny(long address, int element, int row, int rows, float value)
    {
    }

    /// <summary>Waits until this thread's <see cref="BringLater"/> are done.</summary>
    [IntrinsicImplementation]
    public static void WaitForCopies()
    {
    }

    /// <summary>This thread's <see cref="BringLater"/> so far are those that <see cref="WaitForFirstCopies"/> waits for.</summary>
    [IntrinsicImplementation]
    public static void FirstCopies()
    {
    }

    /// <summary>Waits until this thread's <see cref="BringLater"/> before <see cref="FirstCopies"/> are done.</summary>
    [IntrinsicImplementation]
    public static void WaitForFirstCopies()
    {
    }

    /// <summary>Brings bytes of the device's memory into its cache, and what else there is in their sixteens.</summary>
    [IntrinsicImplementation]
    public static void Expect(long address, int bytes)
    {
    }

    /// <summary>a / b of whole numbers from 0 to 2^20, in a sixth of the instructions of a division.</summary>
    [IntrinsicImplementation]
    public static int Quotient(int a, int b) => 0;

    /// <summary>Bit i tells whether x is not 0 in lane i of the warp.</summary>
    [IntrinsicImplementation]
    public static uint Ballot(uint x) => 0;

    /// <summary>The threads of a warp wait for each other; what each wrote is visible to all.</summary>
    [IntrinsicImplementation]
    public static void Together()
    {
    }

    /// <summary>1 in every thread of a warp if x is not 0 in one of them, else 0.</summary>
    [IntrinsicImplementation]
    public static uint AnyOfWarp(uint x) => 0;

    /// <summary>The sum of x over the threads of a warp, in every thread.</summary>
    [IntrinsicImplementation]
    public static float SumOfWarp(float x) => 0;

    /// <summary>The sum of x over the lanes of a warp up to this one.</summary>
    [IntrinsicImplementation]
    public static float SumUpTo(float x) => 0;

    /// <summary>The sum of x over the lanes of a warp from this one on.</summary>
    [IntrinsicImplementation]
    public static float SumFrom(float x) => 0;

    /// <summary>The sum of x over the eight lanes whose numbers differ in the last three bits, in each of them.</summary>
    [IntrinsicImplementation]
    public static float SumOfEight(float x) => 0;

    /// <summary>The x of the thread of the warp whose number differs in the bits of <paramref name="distance"/>.</summary>
    [IntrinsicImplementation]
    public static float Across(float x, int distance) => 0;

    /// <summary>Begins to copy 16 bytes from the device's memory to shared memory; both addresses are multiples of 16.</summary>
    [IntrinsicImplementation]
    public static void CopyLater16(uint to, long from)
    {
    }

    /// <summary>Begins to copy 4 bytes from the device's memory to shared memory.</summary>
    [IntrinsicImplementation]
    public static void CopyLater4(uint to, long from)
    {
    }

    /// <summary>Waits for what this thread began to copy.</summary>
    [IntrinsicImplementation]
    public static void AwaitCopies()
    {
    }

    /// <summary>Reads four floats of the device's memory; the address is a multiple of 16.</summary>
    [IntrinsicImplementation]
    public static CudaQuad LoadFar4(long address) => default;

    /// <summary>Reads four bfloat16 of the device's memory; the address is a multiple of 8.</summary>
    [IntrinsicImplementation]
    public static CudaQuad LoadFarBFloats4(long address) => default;

    /// <summary>Reads four float16 of the device's memory; the address is a multiple of 8.</summary>
    [IntrinsicImplementation]
    public static CudaQuad LoadFarHalves4(long address) => default;

    /// <summary>Writes four floats to the device's memory; the address is a multiple of 16.</summary>
    [IntrinsicImplementation]
    public static void StoreFar4(long address, float x, float y, float z, float w)
    {
    }

    /// <summary>Writes four bfloat16, rounded to nearest even, to the device's memory; the address is a multiple of 8.</summary>
    [IntrinsicImplementation]
    public static void StoreFarBFloats4(long address, float x, float y, float z, float w)
    {
    }

    /// <summary>Writes four float16, rounded to nearest even, to the device's memory; the address is a multiple of 8.</summary>
    [IntrinsicImplementation]
    public static void StoreFarHalves4(long address, float x, float y, float z, float w)
    {
    }

    /// <summary>Writes four floats to the device's memory if <paramref name="far"/> is not 0, else to shared memory: without a branch, which would keep other loads and stores waiting.</summary>
    [IntrinsicImplementation]
    public static void StoreEither4(int far, long farAddress, uint address, float x, float y, float z, float w)
    {
    }

    /// <summary>Makes the instructions known to a context, before anything is compiled in it.</summary>
    public static void Register(Context context)
    {
        IntrinsicImplementationManager manager = context.GetIntrinsicManager();
        MethodInfo writer = typeof(Ptx).GetMethod(nameof(Write), BindingFlags.NonPublic | BindingFlags.Static)!;
        foreach (string name in Texts.Keys)
        {
            manager.RegisterMethod(typeof(Ptx).GetMethod(name)!, new PTXIntrinsic(writer, IntrinsicImplementationMode.GenerateCode));
        }

        RegisterProducts(manager);
        RegisterStrips(manager);
    }

    // Each lane adds what another lane has, if there is that lane.
    private static IEnumerable<string> Steps(string way, string bound, int[] distances)
    {
        yield return "{ .reg .f32 t; .reg .pred p; mov.f32 $0, %0;";
        foreach (int distance in distances)
        {
            yield return way == "bfly"
                ? $"shfl.sync.bfly.b32 t, $0, {distance}, {bound}, 0xffffffff; add.f32 $0, $0, t;"
                : $"shfl.sync.{way}.b32 t|p, $0, {distance}, {bound}, 0xffffffff; @p add.f32 $0, $0, t;";
        }

        yield return "}";
    }

    // ILGPU calls this for every call of an instruction: %n is the register of operand n, $n that of (a field of) the result.
    private static void Write(PTXBackend backend, PTXCodeGenerator generator, Value value)
    {
        var call = (MethodCall)value;
        string text = Texts[call.Target.Source.Name];
        var operands = new string[call.Count];
        for (int i = 0; i < operands.Length; i++)
        {
            operands[i] = Name(generator.EnsureHardwareRegister(generator.LoadPrimitive(call[i])));
        }

        string[] results = !text.Contains('$')
            ? []
            : generator.Allocate(value) is var result && result is Registers.CompoundRegister compound
            ? [.. compound.Children.Select(Name)]
            : [Name(result)];
        var line = new StringBuilder("\t");
        for (int i = 0; i < text.Length; i++)
        {
            bool placeholder = text[i] is '%' or '$' && i + 1 < text.Length && char.IsDigit(text[i + 1]);
            line.Append(placeholder ? (text[i] == '%' ? operands : results)[text[++i] - '0'] : text[i].ToString());
        }

        generator.Builder.AppendLine(line.ToString());
    }

    private static string Name(Registers.Register register) => register is Registers.HardwareRegister hardware
        ? "%" + PTXRegisterAllocator.GetStringRepresentation(hardware)
        : throw new NotSupportedException($"A register of kind {register.GetType().Name} has no name.");
}
