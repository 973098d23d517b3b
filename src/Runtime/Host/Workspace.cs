using System.Runtime.InteropServices;

namespace AttentionDsl.Runtime;

/// <summary>Native memory of a thread in which one tile operation rearranges its arguments; it holds nothing from one operation to the next.</summary>
internal sealed unsafe class Workspace
{
    [ThreadStatic]
    private static Workspace? own;

    private float* memory;
    private long elements;

    ~Workspace() => NativeMemory.AlignedFree(memory);

    /// <summary>So many numbers, 64-byte aligned, holding anything.</summary>
    public static float* Of(long elements)
    {
        Workspace workspace = own ??= new Workspace();
        if (workspace.elements < elements)
        {
            workspace.Grow(elements);
        }

        return workspace.memory;
    }

    private void Grow(long wanted)
    {
        NativeMemory.AlignedFree(memory);
        elements = 0;
        memory = (float*)NativeMemory.AlignedAlloc(checked((nuint)wanted * sizeof(float)), 64);
        elements = wanted;
    }
}
