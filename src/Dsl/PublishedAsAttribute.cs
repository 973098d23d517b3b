namespace AttentionDsl;

/// <summary>Names under which test vectors know a variant: <c>verify</c> matches files to declarations by it.</summary>
/// <param name="name">The variant's name in the metadata of a file, such as <c>kda</c>.</param>
/// <param name="tensors">Names of the tensors in a file, in the order of the record's parameters and then of the gates' parameters, separated by blanks. A parameter that a file may leave out, so that it is zero, ends in a question mark: <c>dt_bias?</c>.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, AllowMultiple = true)]
public sealed class PublishedAsAttribute(string name, string tensors) : Attribute
{
    /// <summary>The variant's name in the metadata of a file.</summary>
    public string Name { get; } = name;

    /// <summary>Names of the tensors in a file.</summary>
    public string Tensors { get; } = tensors;

    /// <summary>Flags of the metadata that must be true (all others that change the mathematics must be absent or false), separated by blanks; a number is named with its value, as in <c>lower_bound=-5</c>.</summary>
    public string Flags { get; set; } = "";
}
