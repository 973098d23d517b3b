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

    public static int HighestBit(uint x) => x == 0 ? -1 : BitOperations.Log2(x);

    public static float Across(float x, int distance) => ThreadGroup.Current.Across(x, distance);

    public static float Exp2(float x) => MathF.Pow(2, x);

    public static float Divide(float a, float b) => a / b;

    public static float Root(float x) => MathF.Sqrt(x);

    public static float InverseRoot(float x) => 1 / MathF.Sqrt(x);

    public static CudaQuad LoadRow(long address, int element, int single)
    {
        int count = single != 0 ? 1 : 4;
        var row = new float[4];
        for (int i = 0; i < 4; i++)
        {
            row[i] = i >= count ? row[0] : element switch
            {
                0 => Far<float>(address, count)[i],
                1 => BitConverter.Int32BitsToSingle(Far<ushort>(address, count)[i] << 16),
                _ => (float)Far<Half>(address, count)[i],
            };
        }

        return new(row[0], row[1], row[2], row[3]);
    }

    public static void StoreRow(long address, int element, float x, float y, float z, float w)
    {
        var row = new[] { x, y, z, w };
        for (int i = 0; i < 4; i++)
        {
            switch (element)
            {
                case 0: Far<float>(address, 4)[i] = row[i]; break;
                case 1: Far<ushort>(address, 4)[i] = Rounded(row[i]); break;
                default: Far<Half>(address, 4)[i] = (Half)row[i]; break;
            }
        }
    }

    private static T* Far<T>(long address, int count)
        where T : unmanaged => address % (count * sizeof(T)) == 0 ? (T*)address : throw new InvalidOperationException($"{count} x {sizeof(T)} bytes at {address}.");

    private static ushort Rounded(float x)
    {
        uint bits = BitConverter.SingleToUInt32Bits(x);
        return (ushort)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
    }

    private static CudaQuad Read(float* at) => new(at[0], at[1], at[2], at[3]);

    private static void Write(float* at, float x, float y, float z, float w) => (at[0], at[1], at[2], at[3]) = (x, y, z, w);
}
