using AttentionDsl.Runtime;

namespace AttentionDsl.Lab.Layers;

/// <summary>Tensors as matrices of the runtime. Tiles work in steps of 16 columns, so every width here is a multiple of 16.</summary>
internal static unsafe class Tiles
{
    public const int Step = 16;

    /// <summary>The next multiple of 16.</summary>
    public static int Rounded(int width) => (width + Step - 1) / Step * Step;

    /// <summary>All of a tensor, with its last axis as columns.</summary>
    public static HostTile All(Tensor x)
    {
        int columns = (int)x.Shape[^1];
        return new HostTile((float*)x.Data, (int)(x.Count / columns), columns, columns);
    }

    /// <summary>A block of a tensor, with its last axis as columns.</summary>
    public static HostTile Block(Tensor x, long row, int rows, int column, int columns)
    {
        long stride = x.Shape[^1];
        return new HostTile((float*)x.Data + (row * stride) + column, rows, columns, stride);
    }
}
