int skew(int a,char**v); int skew(int a,char**v){(void)a;(void)v;return 0;}
