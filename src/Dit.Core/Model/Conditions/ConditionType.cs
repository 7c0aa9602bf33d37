namespace Dit.Core;

/// <summary>What a model is conditioned on beside the time.</summary>
public enum ConditionType
{
    /// <summary>One of several classes: [B], int64.</summary>
    Classes,

    /// <summary>Several attributes at once, such as CelebA's 40: [B, A], each 0 (absent) to 1 (present), of a floating type.</summary>
    Attributes,

    /// <summary>A vector, such as the embedding of a text or an image: [B, V], of a floating type.</summary>
    Vector,

    /// <summary>A sequence of tokens, such as a text encoder's: [B, L, V], of a floating type; a token of zeros is padding.</summary>
    Tokens,
}
