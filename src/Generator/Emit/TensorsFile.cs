namespace AttentionDsl.Generator;

/// <summary>The operands of the variant's kernels as named fields, and the kernels that devices launch.</summary>
internal static class TensorsFile
{
    public static string Text(Variant variant) => variant.KernelFile(
        $"The tensors of {variant.Declaration.Name}'s kernels, by name, and how a device launches the kernels.",
        ["ILGPU", "ILGPU.Runtime"],
        writer =>
        {
            WriteTensors(variant, writer);
            writer.Line();
            WriteLaunches(variant, writer);
        });

    private static void WriteTensors(Variant variant, SourceWriter writer)
    {
        List<string> fields = Fields(variant).ToList();
        writer.Doc("summary", "The operands of the kernels, in the order in which the runtime passes them; gradients are absent in forward kernels.");
        writer.Open("public struct Tensors<TTile, TNumber>\n    where TTile : struct, ITile<TTile, TNumber>\n    where TNumber : struct, INumber<TNumber>");
        foreach (string field in fields)
        {
            writer.Line($"/// <summary>{field}.</summary>");
            writer.Line($"public Operand<TTile, TNumber> {field};");
        }

        writer.Line();
        writer.Doc("summary", "Names the operands of a list.");
        writer.Open("internal static Tensors<TTile, TNumber> From(ReadOnlySpan<Operand<TTile, TNumber>> operands)");
        writer.Line("Tensors<TTile, TNumber> tensors = default;");
        int forward = variant.Update.Sources.Count + 3;
        for (int i = 0; i < fields.Count; i++)
        {
            if (i == forward)
            {
                writer.Open($"if (operands.Length > {forward})");
            }

            writer.Line($"tensors.{fields[i]} = operands[{i}];");
        }

        writer.Close();
        writer.Line();
        writer.Line("return tensors;");
        writer.Close();
        writer.Close();
    }

    /// <summary>Inputs, parameters, states and output; then the gradients, in the runtime's order.</summary>
    public static IEnumerable<string> Fields(Variant variant)
    {
        foreach (Source source in variant.Inputs.Concat(variant.Parameters))
        {
            yield return source.Field;
        }

        yield return "InitialState";
        yield return "Output";
        yield return "FinalState";
        yield return "OutputGradient";
        yield return "FinalStateGradient";
        foreach (Source source in variant.Inputs.Concat(variant.Parameters))
        {
            yield return source.Field + "Gradient";
        }

        yield return "InitialStateGradient";
    }

    private static void WriteLaunches(Variant variant, SourceWriter writer)
    {
        const string Types = "<TTile, TNumber>", Parameters = "Tensors<TTile, TNumber>, Sizes, ArrayView<Work>, TTile, long, Between<TTile>", Constraints = "\n    where TTile : struct, IDeviceTile<TTile, TNumber>\n    where TNumber : struct, INumber<TNumber>";
        string[] kinds = ["Decode", .. KernelsFile.Passes(variant)];
        writer.Line("/// <inheritdoc/>");
        writer.Open($"public static System.Reflection.MethodInfo Method{Types}(KernelKind kernel){Constraints}");
        writer.Line($"Action<{Parameters}> method = kernel switch");
        writer.Open();
        foreach (string kind in kinds)
        {
            writer.Line($"KernelKind.{kind} => {kind}Kernel<TTile, TNumber, AnySizes>,");
        }

        writer.Line("_ => throw new ArgumentOutOfRangeException(nameof(kernel), kernel, \"A device runs the step and the passes.\"),");
        writer.Close("};");
        writer.Line("return method.Method;");
        writer.Close();
        writer.Line();
        writer.Line("/// <inheritdoc/>");
        writer.Open($"public static DeviceLaunch{Types} Launcher{Types}(Kernel kernel){Constraints}");
        writer.Line($"var launch = kernel.CreateLauncherDelegate<Action<AcceleratorStream, KernelConfig, {Parameters}>>();");
        writer.Line("return (stream, config, operands, sizes, work, scratch, scratchPerItem, between) =>");
        writer.Indented(() => writer.Line($"launch(stream, config, Tensors{Types}.From(operands), sizes, work, scratch, scratchPerItem, between);"));
        writer.Close();
        writer.Line();
        writer.Line("// A group of threads computes one item, in scratch of its own.");
        foreach (string kind in kinds)
        {
            string between = KernelsFile.Passes(variant).Contains(kind) ? ", TTile.Known(between)" : "";
            writer.Line();
            writer.Open($"private static void {kind}Kernel<TTile, TNumber, TKnown>(Tensors{Types} tensors, Sizes sizes, ArrayView<Work> work, TTile scratch, long scratchPerItem, Between<TTile> between){Constraints}\n    where TKnown : struct, IKnownSizes");
            bool chunks = KernelsFile.IsOfChunks(kind);
            if (chunks)
            {
                writer.Line("int then = Math.Min(Grid.IdxX + sizes.Groups, work.IntLength - 1);");
            }

            writer.Line($"{kind}Item(Known<TTile, TNumber, TKnown>(tensors, TKnown.Of(sizes)), TKnown.Of(sizes), TKnown.Of(work[Grid.IdxX], Grid.IdxX), {(chunks ? "TKnown.Of(work[then], then), " : "")}TTile.ScratchOf(scratch, Grid.IdxX, scratchPerItem){between});");
            writer.Close();
        }

        writer.Line();
        WriteKnown(variant, writer, Types, Constraints);
    }

    private static void WriteKnown(Variant variant, SourceWriter writer, string types, string constraints)
    {
        var dimensions = new Dimensions(variant.Update.Swapped, Panel: false);
        Dictionary<string, string> widths = variant.Update.Sources.ToDictionary(x => x.Field, x => dimensions.Text(ProgramBuilder.Columns(x.Channels)));
        widths.Add("Output", dimensions.Text(variant.Chunk.Output!.Columns));
        writer.Doc("summary", "The tensors, with what a kernel knows of them when it is compiled.");
        writer.Open($"private static Tensors{types} Known<TTile, TNumber, TKnown>(Tensors{types} tensors, Sizes sizes){constraints}\n    where TKnown : struct, IKnownSizes");
        int operand = 0;
        foreach (string field in Fields(variant))
        {
            const string Gradient = "Gradient";
            string own = field.EndsWith(Gradient, StringComparison.Ordinal) ? field.Substring(0, field.Length - Gradient.Length) : field;
            writer.Line($"tensors.{field} = TTile.Known(tensors.{field}, TKnown.Element({operand++}), {(widths.TryGetValue(own, out string? width) ? width : "0")});");
        }

        writer.Line("return tensors;");
        writer.Close();
    }
}
