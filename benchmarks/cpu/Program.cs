using AttentionDsl;
using AttentionDsl.Benchmarks.Cpu;
using AttentionDsl.Runtime;
using AttentionDsl.Variants;

int threads = Environment.ProcessorCount;
double peak = Machine.FusedMultiplyAdds(threads), copy16 = Machine.Copy(threads, 1 << 20), copy32 = Machine.Copy(threads, 2 << 20);
Console.WriteLine($"{threads} threads, {peak / 1e9:f0} GFLOP/s, copy of 1 MiB {copy16 / 1e9:f1} GB/s, of 2 MiB {copy32 / 1e9:f1} GB/s");
string[] names = args.Length > 0 ? args[0].Split(',') : ["GatedDeltaNet", "GatedDeltaRule", "KimiDelta", "KimiDeltaRule", "Gla", "Mamba2"];
string what = args.Length > 1 ? args[1] : "fbd";
foreach (string name in names)
{
    IVariant variant = Catalog.All.Single(x => x.Description.Name == name);
    foreach (int chunk in args.Length > 2 ? args[2].Split(',').Select(int.Parse) : [16, 32, 64])
    {
        var options = new RunOptions { ChunkLength = chunk };
        using var inputs = new RandomInputs(variant.Description, new CallSize(1, 2048, 16, 128, 128));
        VariantShapes shapes = variant.Shapes(inputs.Inputs, options);
        using Tensor upstream = inputs.Like(shapes.Output);
        double operations = 2048 * 16 * variant.Description.ForwardOperations(new Sizes { K = 128, V = 128, Chunk = chunk, Updates = 1 });
        string line = $"{name,-16} chunk {chunk}";
        if (what.Contains('f'))
        {
            double forward = Clock.Median(0.5, () => variant.Forward(inputs.Inputs, inputs.Parameters, null, options).Dispose());
            line += $" forward {forward * 1e3,7:f2} ms {operations / forward / peak,5:p0} of peak;";
        }

        if (what.Contains('b'))
        {
            double backward = Clock.Median(0.5, () => variant.Backward(inputs.Inputs, inputs.Parameters, upstream, null, null, options).Dispose());
            line += $" backward {backward * 1e3,7:f2} ms";
        }

        Console.WriteLine(line);
    }

    foreach (int heads in what.Contains('d') ? new[] { 16, 32 } : [])
    {
        using var token = new RandomInputs(variant.Description, new CallSize(1, 1, heads, 128, 128));
        using Tensor states = token.Like([64, heads, 128, 128]);
        var slots = new RunOptions[64];
        for (int i = 0; i < 64; i++)
        {
            slots[i] = new RunOptions { StateSlots = [i] };
        }

        int next = 0;
        double decode = Clock.Median(0.5, () => variant.Decode(token.Inputs, token.Parameters, states, slots[next++ % 64]).Dispose());
        double rate = 2 * heads * 65536 / decode;
        Console.WriteLine($"{name,-16} decode {heads} heads {decode * 1e6:f1} us {rate / 1e9:f1} GB/s {rate / (heads == 16 ? copy16 : copy32):p0} of copy");
    }
}
