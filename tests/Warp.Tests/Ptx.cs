using System.Numerics;
using System.Runtime.InteropServices;

namespace AttentionDsl.Runtime;

/// <summary>The card's instructions, on a <see cref="ThreadGroup"/>: every access is checked for its bounds and its alignment.</summary>
internal static unsafe partial class Ptx
{
    public static void Declare(ref byte shared)
    {
    }

    public static uint Shared() => 0;

    public static void Together() => ThreadGroup.Current.Together();

    public static float Load(uint address) => *ThreadGroup.Current.At(address, 1);

    public static CudaQuad Load4(uint address) => Read(ThreadGroup.Current.At(address, 4));

    public static void Store4(uint address, float x, float y, float z, float w) => Write(ThreadGroup.Current.To(address, 4), x, y, z, w);

    public static void StoreFar(long address, float value) => *Far<float>(address, 1) = value;

    public static void StoreEither4(int far, long farAddress, uint address, float x, float y, float z, float w) =>
        Write(far != 0 ? Far<float>(farAddress, 4) : ThreadGroup.Current.To(address, 4), x, y, z, w);

    // Already there when AwaitCopies is called, which is when a copy may arrive at the earliest.
    public static void CopyLater16(uint to, long from)
    {
        CudaQuad x = Read(Far<float>(from, 4));
        Write(ThreadGroup.Current.To(to, 4), x.X, x.Y, x.Z, x.W);
    }

    public static void CopyLater4(uint to, long from) => *ThreadGroup.Current.To(to, 1) = *Far<float>(from, 1);

    public static void AwaitCopies()
    {
    }

    public static float Across(float x, int distance) => ThreadGroup.Current.Across(x, distance);

    public static float Exp2(float x) => MathF.Pow(2, x);

    public static float Divide(float a, float b) => a / b;

    public static float Root(float x) => MathF.Sqrt(x);

    public static float InverseRoot(float x) => 1 / MathF.Sqrt(x);

    public static CudaQuad LoadFar4(long address) => Read(Far<float>(address, 4));

    public static CudaQuad LoadFarBFloats4(long address)
    {
        ushort* at = Far<ushort>(address, 4);
        return new(Wide(at[0]), Wide(at[1]), Wide(at[2]), Wide(at[3]));
    }

    public static CudaQuad LoadFarHalves4(long address)
    {
        Half* at = Far<Half>(address, 4);
        return new((float)at[0], (float)at[1], (float)at[2], (float)at[3]);
    }

    public static void StoreFar4(long address, float x, float y, float z, float w) => Write(Far<float>(address, 4), x, y, z, w);

    public static void StoreFarBFloats4(long address, float x, float y, float z, float w)
    {
        ushort* at = Far<ushort>(address, 4);
        (at[0], at[1], at[2], at[3]) = (Rounded(x), Rounded(y), Rounded(z), Rounded(w));
    }

    public static void StoreFarHalves4(long address, float x, float y, float z, float w)
    {
        Half* at = Far<Half>(address, 4);
        (at[0], at[1], at[2], at[3]) = ((Half)x, (Half)y, (Half)z, (Half)w);
    }

    private static T* Far<T>(long address, int count)
        where T : unmanaged => address % (count * sizeof(T)) == 0 ? (T*)address : throw new InvalidOperationException($"{count} x {sizeof(T)} bytes at {address}.");

    private static float Wide(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    private static ushort Rounded(float x)
    {
        uint bits = BitConverter.SingleToUInt32Bits(x);
        return (ushort)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
    }

    private static CudaQuad Read(float* at) => new(at[0], at[1], at[2], at[3]);

    private static void Write(float* at, float x, float y, float z, float w) => (at[0], at[1], at[2], at[3]) = (x, y, z, w);
}
