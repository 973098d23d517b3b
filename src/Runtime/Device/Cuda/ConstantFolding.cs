using ILGPU;
using ILGPU.IR;
using ILGPU.IR.Construction;
using ILGPU.IR.Transformations;
using ILGPU.IR.Values;

namespace AttentionDsl.Runtime;

/// <summary>
/// Works out what became a constant after it was built. ILGPU folds a value when it builds it, from operands that are constants by then, and not again.
/// </summary>
internal sealed class ConstantFolding : UnorderedTransformation
{
    /// <inheritdoc/>
    protected override bool PerformTransformation(Method.Builder builder)
    {
        bool folded = false;

        // Blocks come in an order in which operands stand before what is made of them.
        foreach (BasicBlock block in builder.SourceBlocks)
        {
            BasicBlock.Builder at = builder[block];
            for (int i = 0; i < at.Count; i++)
            {
                Value value = block[i].DirectTarget;
                if (value.IsReplaced || !Folds(value))
                {
                    continue;
                }

                int count = at.Count;
                at.InsertPosition = i;
                value.Replace(Again(at, value));
                at.Remove(value);
                folded = true;
                i += at.Count - count;
            }

            at.SetupInsertPositionToEnd();
        }

        return folded;
    }

    private static bool Folds(Value value) => value switch
    {
        BinaryArithmeticValue x => (IsConstant(x.Left) && IsConstant(x.Right)) || IsNeutral(x.Left) || IsNeutral(x.Right),
        UnaryArithmeticValue x => IsConstant(x.Value),
        CompareValue x => (IsConstant(x.Left) && IsConstant(x.Right)) || AsksForSign(x),
        ConvertValue x => IsConstant(x.Value) || ThereAndBack(x) is not null,
        Predicate x => IsConstant(x.Condition),
        GetField x => x.ObjectValue.Resolve() is StructureValue or NullValue or SetField,
        _ => false,
    };

    /// <summary>True if a number without a sign, widened, is compared with 0.</summary>
    private static bool AsksForSign(CompareValue value) =>
        value.Kind is CompareKind.GreaterEqual or CompareKind.LessThan && value.Right.Resolve() is PrimitiveValue { BasicValueType: BasicValueType.Int64, RawValue: 0 }
        && value.Left.Resolve() is ConvertValue { BasicValueType: BasicValueType.Int64, IsSourceUnsigned: true };

    /// <summary>A number in single precision that was widened and rounded again.</summary>
    private static Value? ThereAndBack(ConvertValue value) =>
        value.BasicValueType == BasicValueType.Float32 && value.Value.Resolve() is ConvertValue { BasicValueType: BasicValueType.Float64 } wide
        && wide.Value.Resolve() is { BasicValueType: BasicValueType.Float32 } number ? number : null;

    private static bool IsConstant(ValueReference value) => value.Resolve() is PrimitiveValue;

    /// <summary>True if an operation with it may be no operation.</summary>
    private static bool IsNeutral(ValueReference value) => value.Resolve() is PrimitiveValue { BasicValueType: BasicValueType.Int1 or BasicValueType.Int32 or BasicValueType.Int64, RawValue: 0 or 1 or -1 };

    private static Value Again(BasicBlock.Builder at, Value value) => value switch
    {
        BinaryArithmeticValue x => at.CreateArithmetic(x.Location, x.Left, x.Right, x.Kind, x.Flags),
        UnaryArithmeticValue x => at.CreateArithmetic(x.Location, x.Value, x.Kind, x.Flags),
        CompareValue x when AsksForSign(x) => at.CreatePrimitiveValue(x.Location, x.Kind == CompareKind.GreaterEqual),
        CompareValue x => at.CreateCompare(x.Location, x.Left, x.Right, x.Kind, x.Flags),
        ConvertValue x => ThereAndBack(x) ?? at.CreateConvert(x.Location, x.Value, x.Type, x.Flags),
        Predicate x => at.CreatePredicate(x.Location, x.Condition, x.TrueValue, x.FalseValue),
        GetField x => at.CreateGetField(x.Location, x.ObjectValue, x.FieldSpan),
        _ => value,
    };
}
