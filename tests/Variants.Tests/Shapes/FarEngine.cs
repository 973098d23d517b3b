using System.Runtime.InteropServices;

namespace AttentionDsl.Variants.Tests;

/// <summary>
/// The host's kernels on tensors of more than 2^31 elements: every tensor of tokens and every state is seen as the end of a huge one, whose other pages
/// are reserved and never touched.
/// </summary>
/// <param name="description">The variant: a row a token, one state update.</param>
/// <param name="slots">Entries of the state in front.</param>
internal sealed unsafe partial class FarEngine(VariantDescription description, long tokens, long slots) : IEngine
{
    private const int ProtReadWrite = 3, MapPrivateAnonymousNoReserve = 0x4022;

    public DataType Number => DataType.Float32;

    public int Parallelism => 1;

    public bool TokenParallel => false;

    public int? BackwardChunkLength => HostEngine.Instance.BackwardChunkLength;

    /// <summary>Elements of the largest tensor.</summary>
    public long Largest { get; private set; }

    public void Run<TKernels>(Launch[] launches, Binding[] bindings, Sizes sizes, BetweenElements parts)
        where TKernels : IVariantKernels
    {
        var operands = new Operand<HostTile, HostLanes>[bindings.Length];
        var far = new List<(nint Address, nuint Bytes, long Front, Tensor Tensor)>();
        long stateRows = (long)launches[0].Work[0].Heads * sizes.K;
        for (int i = 0; i < bindings.Length; i++)
        {
            Binding binding = bindings[i];
            if (binding.Tensor is { } tensor)
            {
                int columns = binding.Heads * binding.Width;
                long front = Kind(i) switch { 'x' => tokens * columns, 's' => slots * stateRows * columns, _ => 0 };
                nuint bytes = (nuint)((front + tensor.Count + 16) * sizeof(float));
                nint address = Map(0, bytes, ProtReadWrite, MapPrivateAnonymousNoReserve, -1, 0);
                Assert.NotEqual(-1, address);
                far.Add((address, bytes, front, tensor));
                Largest = Math.Max(Largest, front + tensor.Count);
                Buffer.MemoryCopy(tensor.Data, (float*)address + front, tensor.Count * sizeof(float), tensor.Count * sizeof(float));
                operands[i] = new() { Data = new HostTile((float*)address, int.MaxValue, columns, columns), Heads = binding.Heads, Width = binding.Width };
            }
        }

        foreach ((KernelKind kernel, Work[] work) in launches)
        {
            long elements = HostTile.Room(TKernels.Scratch(kernel, sizes));
            float* scratch = (float*)NativeMemory.AlignedAlloc((nuint)elements * sizeof(float), 64);
            foreach (Work near in work)
            {
                Work at = near;
                at.Start += tokens;
                at.StateIn += at.StateIn < 0 ? 0 : slots;
                at.StateOut += slots;
                Items.Invoke<TKernels, HostTile, HostLanes>(kernel, operands, sizes, at, new HostTile(scratch, 1, (int)elements, elements), default);
            }

            NativeMemory.AlignedFree(scratch);
        }

        foreach ((nint address, nuint bytes, long front, Tensor tensor) in far)
        {
            Buffer.MemoryCopy((float*)address + front, tensor.Data, tensor.Count * sizeof(float), tensor.Count * sizeof(float));
            Assert.Equal(0, Unmap(address, bytes));
        }
    }

    // The order that IVariantKernels gives: inputs, parameters, state, output, state; then gradients: output, state, inputs, parameters, state.
    private char Kind(int index)
    {
        int inputs = description.Inputs.Length, parameters = description.Parameters.Length;
        string order = new string('x', inputs) + new string('p', parameters) + "sxs" + "xs" + new string('x', inputs) + new string('p', parameters) + "s";
        return order[index];
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Unmap(nint address, nuint length);
}
