using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AttentionDsl.Runtime;

/// <summary>
/// Sixteen float32 numbers: the number of the host's elementwise loops. One AVX-512 register; where the machine's registers are
/// narrower the same text compiles to two or four of them.
/// </summary>
public readonly struct HostLanes : INumber<HostLanes>
{
    /// <summary>Numbers in one value.</summary>
    public const int Count = 16;

    /// <summary>Wraps a register.</summary>
    public HostLanes(Vector512<float> value) => Value = value;

    /// <summary>The numbers.</summary>
    public Vector512<float> Value { get; }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static HostLanes operator +(HostLanes a, HostLanes b) => new(a.Value + b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static HostLanes operator -(HostLanes a, HostLanes b) => new(a.Value - b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static HostLanes operator *(HostLanes a, HostLanes b) => new(a.Value * b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static HostLanes operator /(HostLanes a, HostLanes b) => new(a.Value / b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static HostLanes operator -(HostLanes a) => new(-a.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static HostLanes Constant(double value) => new(Vector512.Create((float)value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static HostLanes Exp(HostLanes x) => new(LaneMath.Exp(x.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static HostLanes Log(HostLanes x) => new(LaneMath.Log(x.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static HostLanes Sqrt(HostLanes x) => new(Vector512.Sqrt(x.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static HostLanes Tanh(HostLanes x) => new(LaneMath.Tanh(x.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static HostLanes Sin(HostLanes x) => new(Vector512.Sin(x.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static HostLanes Cos(HostLanes x) => new(Vector512.Cos(x.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static HostLanes Abs(HostLanes x) => new(Vector512.Abs(x.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static HostLanes Sigmoid(HostLanes x) => new(LaneMath.Sigmoid(x.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static HostLanes Softplus(HostLanes x) => new(LaneMath.Softplus(x.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static HostLanes Max(HostLanes a, HostLanes b) => Less(b, a, a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static HostLanes Min(HostLanes a, HostLanes b) => Less(a, b, a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static HostLanes Less(HostLanes a, HostLanes b, HostLanes then, HostLanes otherwise) =>
        new(Vector512.ConditionalSelect(Vector512.LessThan(a.Value, b.Value), then.Value, otherwise.Value));
}
