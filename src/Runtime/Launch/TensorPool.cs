namespace AttentionDsl.Runtime;

/// <summary>Keeps the working tensors of past calls: a layer calls with the same shapes over and over, and fresh pages cost more than the numbers in them.</summary>
internal static class TensorPool
{
    private const long KeepAtMost = 64 << 20;
    private const int KeepCount = 64;

    private static readonly Lock Gate = new();
    private static readonly List<Tensor> Kept = [];
    private static long keptBytes;

    /// <summary>A one-axis tensor of so many elements. Unless it is to be cleared it holds anything.</summary>
    public static Tensor Rent(DataType type, long count, bool clear)
    {
        Tensor? found = null;
        lock (Gate)
        {
            for (int i = Kept.Count - 1; i >= 0 && found is null; i--)
            {
                if (Kept[i].Type == type && Kept[i].Count == count)
                {
                    found = Kept[i];
                    Kept.RemoveAt(i);
                    keptBytes -= Bytes(found);
                }
            }
        }

        if (found is null)
        {
            return new Tensor(type, count);
        }

        if (clear)
        {
            Clear(found);
        }

        return found;
    }

    public static void Return(Tensor tensor)
    {
        List<Tensor>? old = null;
        lock (Gate)
        {
            Kept.Add(tensor);
            keptBytes += Bytes(tensor);
            while (keptBytes > KeepAtMost || Kept.Count > KeepCount)
            {
                (old ??= []).Add(Kept[0]);
                keptBytes -= Bytes(Kept[0]);
                Kept.RemoveAt(0);
            }
        }

        old?.ForEach(x => x.Dispose());
    }

    private static long Bytes(Tensor tensor) => tensor.Count * Tensor.SizeOf(tensor.Type);

    private static unsafe void Clear(Tensor tensor)
    {
        System.Runtime.InteropServices.NativeMemory.Clear(tensor.Data, (nuint)Bytes(tensor));
        GC.KeepAlive(tensor);
    }
}
