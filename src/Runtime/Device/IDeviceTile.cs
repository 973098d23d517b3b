namespace AttentionDsl.Runtime;

/// <summary>A tile that device kernels are compiled for.</summary>
/// <typeparam name="TSelf">The implementing tile.</typeparam>
/// <typeparam name="TNumber">The number its elementwise loops work with.</typeparam>
public interface IDeviceTile<TSelf, TNumber> : ITile<TSelf, TNumber>
    where TSelf : struct, IDeviceTile<TSelf, TNumber>
    where TNumber : struct, INumber<TNumber>
{
    /// <summary>The scratch of one item of a launch, a linear region.</summary>
    /// <param name="scratch">What the launch has.</param>
    /// <param name="item">Index of the item in the launch.</param>
    /// <param name="elements">Elements an item.</param>
    static abstract TSelf ScratchOf(TSelf scratch, long item, long elements);

    /// <summary>The workspace between passes, with what the backend knows of its parts' numbers as constants.</summary>
    /// <param name="between">What the launch has.</param>
    static abstract Between<TSelf> Known(Between<TSelf> between);

    /// <summary>A tensor of the caller, with what the kernel knows of it as constants.</summary>
    /// <param name="tensor">What the launch has.</param>
    /// <param name="element">See <see cref="IKnownSizes.Element"/>.</param>
    /// <param name="width">Its channels a head; 0: not known.</param>
    static abstract Operand<TSelf, TNumber> Known(Operand<TSelf, TNumber> tensor, int element, int width);
}
