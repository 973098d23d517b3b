using System.Reflection;
using AttentionDsl.Runtime;

namespace AttentionDsl.Device.Tests;

/// <summary>What kernels of CUDA cards know of a call when they are compiled.</summary>
public class KnownSizesTests
{
    private const int Heads = 2, Chunk = 32;

    [Fact]
    public void Whole_chunks_are_known_by_their_number()
    {
        Work[] chunks = Chunks(96, 64);
        Assert.Equal(10, chunks.Length);
        Assert.Equal(chunks.Select(Place), chunks.Select((_, i) => Place(KnownSizes.Item(i, Heads, Chunk))));
        Assert.Equal(Place(chunks[5]), Place(Known(chunks, 5)));
    }

    [Fact]
    public void Other_chunks_are_read_from_the_list()
    {
        Work[] chunks = Chunks(80, 64);
        Assert.All(Enumerable.Range(0, chunks.Length), x => Assert.Equal(Place(chunks[x]), Place(Known(chunks, x))));
    }

    [Fact]
    public void Nothing_is_known_of_operands_that_have_no_code()
    {
        Type known = KnownSizes.Of(new Sizes { K = 16, V = 16, Chunk = Chunk, Updates = 1 }, Chunks(32), [.. Enumerable.Repeat((CudaElement.BFloat16, Heads), KnownSizes.MostOperands + 2)]);
        int[] elements = [.. Enumerable.Range(0, KnownSizes.MostOperands + 2).Select(x => (int)Call(nameof(ElementOf), known, x))];
        Assert.All(elements[..KnownSizes.MostOperands], x => Assert.Equal(CudaTile.Described((int)CudaElement.BFloat16, KnownHeads.All, Heads), x));
        Assert.Equal([-1, -1], elements[KnownSizes.MostOperands..]);
    }

    /// <summary>The chunks of sequences of so many tokens, one after the other.</summary>
    private static Work[] Chunks(params int[] lengths)
    {
        var items = new List<Work>();
        int start = 0, chunk = 0;
        foreach (int length in lengths)
        {
            items.AddRange(Enumerable.Range(0, Heads).Select(x => new Work { Head = x, Heads = Heads, Start = start, Length = length, Chunk = chunk, Columns = 16 }));
            start += length;
            chunk += (length + Chunk - 1) / Chunk;
        }

        return WorkList.Chunks(items, Chunk);
    }

    private static (int Head, long Chunk, long Start, int Length) Place(Work x) => (x.Head, x.Chunk, x.Start, x.Length);

    /// <summary>An item as the kernel that is compiled for all of them sees it.</summary>
    private static Work Known(Work[] items, int index) =>
        (Work)Call(nameof(ItemOf), KnownSizes.Of(new Sizes { K = 16, V = 16, Chunk = Chunk, Updates = 1 }, items, []), items[index], index);

    private static object Call(string method, Type known, params object[] arguments) =>
        typeof(KnownSizesTests).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(known).Invoke(null, arguments)!;

    private static Work ItemOf<TKnown>(Work item, int index)
        where TKnown : struct, IKnownSizes => TKnown.Of(item, index);

    private static int ElementOf<TKnown>(int operand)
        where TKnown : struct, IKnownSizes => TKnown.Element(operand);
}
