namespace AttentionDsl.Lab.Decoding;

/// <summary>A mixer of one layer while a sequence is written: what it keeps of the past, and the work of one more token.</summary>
internal abstract class Decoder : IDisposable
{
    /// <summary>Bytes that it keeps of the past.</summary>
    public abstract long Bytes { get; }

    /// <summary>Mixes one token.</summary>
    public abstract void Step();

    public abstract void Dispose();

    /// <summary>Numbers as a trained layer might give them.</summary>
    protected static Tensor Random(string name, params ReadOnlySpan<long> shape)
    {
        var random = new RandomStream(1, name);
        var tensor = new Tensor(DataType.Float32, shape);
        foreach (ref float x in tensor.AsSpan<float>())
        {
            x = (float)((2 * random.Uniform()) - 1);
        }

        return tensor;
    }
}
