using System.Diagnostics.CodeAnalysis;

namespace AttentionDsl.Runtime;

/// <summary>A natural number as a type: a constant for whoever compiles a method that has it as a type argument.</summary>
internal interface INatural
{
    static abstract long Value { get; }
}

/// <summary>0.</summary>
internal readonly struct Zero : INatural
{
    public static long Value => 0;
}

/// <summary>Twice a number.</summary>
/// <typeparam name="T">The number.</typeparam>
internal readonly struct Twice<T> : INatural
    where T : struct, INatural
{
    public static long Value => 2 * T.Value;
}

/// <summary>Twice a number and one.</summary>
/// <typeparam name="T">The number.</typeparam>
internal readonly struct TwiceAndOne<T> : INatural
    where T : struct, INatural
{
    public static long Value => (2 * T.Value) + 1;
}

/// <summary>Numbers as types.</summary>
internal static class Natural
{
    /// <summary>The type of a number, by its binary digits.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2076", Justification = ComputeDevice.Guarded)]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = ComputeDevice.Guarded)]
    public static Type Of(long number) => number == 0
        ? typeof(Zero)
        : (number % 2 == 0 ? typeof(Twice<>) : typeof(TwiceAndOne<>)).MakeGenericType(Of(number / 2));
}
