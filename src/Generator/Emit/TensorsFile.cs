namespace AttentionDsl.Generator;

/// <summary>The operands of the variant's kernels as named fields, and the kernels that devices launch.</summary>
internal static class TensorsFile
{
    public static string Text(Variant variant) => variant.KernelFile(
        $"The tensors of {variant.Declaration.Name}'s kernels, by name, and how a device launches the kernels.",
        writer =>
        {
            WriteTensors(variant, writer);
            writer.Line();
            WriteLaunches(writer);
        });

    private static void WriteTensors(Variant variant, SourceWriter writer)
    {
        List<string> fields = Fields(variant).ToList();
        writer.Doc("summary", "The operands of the kernels, in the order in which the runtime passes them; gradients are absent in forward kernels.");
        writer.Open("internal struct Tensors<TTile, TNumber>\n    where TTile : struct, ITile<TTile, TNumber>\n    where TNumber : struct, INumber<TNumber>");
        foreach (string field in fields)
        {
            writer.Line($"public Operand<TTile, TNumber> {field};");
        }

        writer.Line();
        writer.Open("public static Tensors<TTile, TNumber> From(ReadOnlySpan<Operand<TTile, TNumber>> operands)");
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

    private static void WriteLaunches(SourceWriter writer)
    {
        writer.Line("/// <inheritdoc/>");
        writer.Open("public static DeviceLaunch Load(KernelKind kernel, ILGPU.Runtime.Accelerator accelerator)");
        writer.Line("throw new NotSupportedException();");
        writer.Close();
    }
}
