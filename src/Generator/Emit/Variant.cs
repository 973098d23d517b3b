namespace AttentionDsl.Generator;

/// <summary>Everything derived from a declaration, computed once for all generated files.</summary>
internal sealed class Variant
{
    public Variant(Declaration declaration)
    {
        Declaration = declaration;
        Update = StateUpdate.From(declaration);
        Chunk = ChunkProgram.From(Update);
        Step = StepProgram.From(Update);
        ChunkAdjoint = Derivative(Chunk);
        TileProgram unscaled = RowFactors.Of(Chunk);
        Passes = new PassPlan(unscaled, Derivative(unscaled), Update);
        Inputs = Update.Sources.Where(x => !x.IsParameter).ToEquatableArray();
        Parameters = Update.Sources.Where(x => x.IsParameter).ToEquatableArray();
    }

    public Declaration Declaration { get; }

    public StateUpdate Update { get; }

    public TileProgram Chunk { get; }

    public EquatableArray<TileProgram> Step { get; }

    /// <summary>The derivative of <see cref="Chunk"/>: <c>dSNext</c> is the gradient of the state after the chunk, <c>dS</c> of the one before.</summary>
    public Adjoint ChunkAdjoint { get; }

    public PassPlan Passes { get; }

    /// <summary>The elementwise loops of the kernels written so far.</summary>
    public LoopMethods Loops { get; } = new();

    public EquatableArray<Source> Inputs { get; }

    public EquatableArray<Source> Parameters { get; }

    /// <summary>The dimension of the state's columns.</summary>
    public Dim StateColumns => Update.Normalizer ? Dim.ValueAndOne : Dim.Value;

    private Adjoint Derivative(TileProgram chunk) => ReverseMode.Of(chunk, chunk.StateIn with { Name = "dSNext" }, chunk.StateIn with { Name = "dS" }, Learned);

    /// <summary>Whether the operand of a field has a gradient.</summary>
    public bool Learned(string field) => Update.Sources.Any(x => x.Field == field && x.Learned);

    /// <summary>A file inside the declaration's namespace and enclosing types.</summary>
    public string File(string header, Action<SourceWriter> body, params string[] usings) => SourceFile.Text(Declaration, header, body, usings);

    /// <summary>Like <see cref="File"/>, inside the nested type of the kernels.</summary>
    public string KernelFile(string header, Action<SourceWriter> body) => KernelFile(header, [], body);

    /// <summary>Like <see cref="KernelFile(string, Action{SourceWriter})"/>, with more namespaces in use.</summary>
    public string KernelFile(string header, string[] usings, Action<SourceWriter> body) => SourceFile.Text(Declaration, header, writer =>
    {
        writer.Open(Declaration.Head);
        writer.Open("partial class Kernels");
        body(writer);
        writer.Close();
        writer.Close();
    }, usings);
}
