namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>How the losses of the elements are combined.</summary>
        public enum Reduction : long
        {
            /// <summary>Not at all.</summary>
            None = 0,

            /// <summary>To their mean.</summary>
            Mean = 1,

            /// <summary>To their sum.</summary>
            Sum = 2,
        }
    }
}
